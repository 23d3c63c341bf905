#include "grammar/yaml_events.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>

namespace gregale::grammar::detail {

namespace {

// Characters that Mistral's reader takes in plain text and libyaml does not. They are read as characters
// that nothing uses, and put back afterwards. All have four bytes, and each stands for one character, so
// that positions, which libyaml counts in characters, stay what they are.
constexpr std::string_view kAtSign = "\xF4\x8F\xBF\xBD";
constexpr std::string_view kBackquote = "\xF4\x8F\xBF\xBE";
// An asterisk that begins no alias of an anchor there is; Mistral's reader takes all of them as text.
constexpr std::string_view kAsterisk = "\xF4\x8F\xBF\xBF";
constexpr std::string_view kDisguised = "\xF4\x8F\xBF";  // what the three begin with
constexpr size_t kBytesOfAnEvent = 10;                   // of text, in ordinary definitions
constexpr size_t kMostReserved = 1'000'000;              // events
constexpr size_t kUndefinedAliases = 20;                 // each costs another reading of the text

// The text that libyaml is given.
class Disguise {
 public:
  explicit Disguise(std::string_view text) : text_(text) {
    for (size_t at = text.find_first_of("@`"); at != std::string_view::npos;
         at = text.find_first_of("@`", at + 1)) {
      const bool begins =
          at == 0 || std::string_view(" \t\r\n[{,").find(text[at - 1]) != std::string_view::npos;
      if (begins) hidden_.push_back(at);
    }
    write();
  }

  std::string_view text() const { return written_.empty() ? text_ : std::string_view(written_); }

  void hide_asterisk(size_t offset) {
    hidden_.insert(std::upper_bound(hidden_.begin(), hidden_.end(), offset), offset);
    write();
  }
  bool hides(size_t offset) const { return std::binary_search(hidden_.begin(), hidden_.end(), offset); }

  // What was meant by a text that libyaml has given.
  std::string reveal(std::string_view text) const {
    std::string result;
    if (hidden_.empty()) return std::string(text);
    size_t from = 0;
    for (size_t at = text.find(kDisguised); at != std::string_view::npos; at = text.find(kDisguised, from)) {
      const std::string_view found = text.substr(at, kAtSign.size());
      result += text.substr(from, at - from);
      if (found == kAtSign) result += '@';
      if (found == kBackquote) result += '`';
      if (found == kAsterisk) result += '*';
      from = at + kAtSign.size();
    }
    return result += text.substr(from);
  }

 private:
  void write() {
    if (hidden_.empty()) return;
    written_.clear();
    size_t from = 0;
    for (size_t at : hidden_) {
      written_ += text_.substr(from, at - from);
      written_ += text_[at] == '@' ? kAtSign : text_[at] == '`' ? kBackquote : kAsterisk;
      from = at + 1;
    }
    written_ += text_.substr(from);
  }

  std::string_view text_;
  std::vector<size_t> hidden_;  // ascending
  std::string written_;
};

// Bytes from libyaml's positions, which count characters.
class Offsets {
 public:
  explicit Offsets(std::string_view text) : text_(text) {
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
    if (ascii) return;
    size_t count = 0;
    for (size_t at = 0; at < text.size(); ++at) {
      if (continues(text[at])) continue;
      if (count++ % kStride == 0) marks_.push_back(at);
    }
  }

  size_t operator()(size_t index) const {
    if (marks_.empty()) return std::min(index, text_.size());
    const size_t mark = index / kStride;
    if (mark >= marks_.size()) return text_.size();
    size_t at = marks_[mark];
    for (size_t rest = index % kStride; rest > 0 && at < text_.size(); --rest) {
      ++at;
      while (at < text_.size() && continues(text_[at])) ++at;
    }
    return at;
  }

 private:
  static constexpr size_t kStride = 64;
  static bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

  std::string_view text_;
  std::vector<size_t> marks_;  // of every 64th character
};

struct ParserDeleter {
  void operator()(yaml_parser_t* parser) const {
    yaml_parser_delete(parser);
    delete parser;
  }
};
using ParserPtr = std::unique_ptr<yaml_parser_t, ParserDeleter>;

// An event of libyaml, freed at the end.
struct RawEvent {
  RawEvent() = default;
  RawEvent(const RawEvent&) = delete;
  RawEvent& operator=(const RawEvent&) = delete;
  ~RawEvent() { yaml_event_delete(&event); }
  yaml_event_t event{};
};

// Ends the reading from within.
struct Stopped {
  YamlProblem problem;
};

// An alias of an anchor that is not there.
struct UndefinedAlias {
  size_t offset;
};

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

ScalarStyle style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return ScalarStyle::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return ScalarStyle::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE:
      return ScalarStyle::literal;
    case YAML_FOLDED_SCALAR_STYLE:
      return ScalarStyle::folded;
    default:
      return ScalarStyle::plain;
  }
}

// One reading of the text.
class Recorder {
 public:
  Recorder(const Disguise& disguise, const Offsets& offsets, const YamlEventLimits& limits,
           YamlEvents& result)
      : disguise_(disguise), offsets_(offsets), limits_(limits), result_(result), parser_(new yaml_parser_t) {
    if (yaml_parser_initialize(parser_.get()) == 0) {
      delete parser_.release();
      throw std::bad_alloc();
    }
    const std::string_view text = disguise.text();
    yaml_parser_set_input_string(parser_.get(), reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(parser_.get(), YAML_UTF8_ENCODING);
  }

  // False when libyaml refuses the text: then the parser tells why.
  bool read() {
    while (true) {
      RawEvent raw;
      if (yaml_parser_parse(parser_.get(), &raw.event) == 0) return false;
      if (raw.event.type == YAML_STREAM_END_EVENT) return true;
      take(raw.event);
    }
  }

  const yaml_parser_t& parser() const { return *parser_; }

  // Where the innermost collection in brackets began, if one is open.
  std::optional<size_t> open_bracket() const {
    if (open_.empty() || !result_.events[open_.back()].flow) return std::nullopt;
    return result_.events[open_.back()].offset;
  }

 private:
  void take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (documents_++ > 0) {
          throw Stopped{{"GR0104", "a second document begins here; one file holds one document",
                         offsets_(event.start_mark.index),
                         "put several workflows into one file by their names, or into several files"}};
        }
        break;
      case YAML_ALIAS_EVENT:
        alias(event);
        break;
      case YAML_SCALAR_EVENT:
        scalar(event);
        break;
      case YAML_SEQUENCE_START_EVENT:
        open(YamlEvent::Kind::sequence_start, event, event.data.sequence_start.anchor,
             event.data.sequence_start.tag, event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
        break;
      case YAML_MAPPING_START_EVENT:
        open(YamlEvent::Kind::map_start, event, event.data.mapping_start.anchor, event.data.mapping_start.tag,
             event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        record(YamlEvent::Kind::end, event);
        open_.pop_back();
        break;
      default:
        break;
    }
  }

  YamlEvent& record(YamlEvent::Kind kind, const yaml_event_t& event) {
    const size_t offset = offsets_(event.start_mark.index);
    if (result_.events.size() >= limits_.nodes) {
      throw Stopped{{"GR0105", fmt::format("the text has more than {} values", limits_.nodes), offset, {}}};
    }
    YamlEvent& recorded = result_.events.emplace_back();
    recorded.kind = kind;
    recorded.offset = offset;
    recorded.end = offsets_(event.end_mark.index);
    return recorded;
  }

  uint32_t anchor(const yaml_char_t* name) {
    if (name == nullptr) return 0;
    anchors_[std::string(view(name))] = ++result_.anchors;
    return result_.anchors;
  }

  void alias(const yaml_event_t& event) {
    const auto found = anchors_.find(std::string(view(event.data.alias.anchor)));
    if (found == anchors_.end()) throw UndefinedAlias{offsets_(event.start_mark.index)};
    record(YamlEvent::Kind::alias, event).anchor = found->second;
  }

  void scalar(const yaml_event_t& event) {
    YamlEvent& recorded = record(YamlEvent::Kind::scalar, event);
    const auto& data = event.data.scalar;
    recorded.anchor = anchor(data.anchor);
    recorded.style = style_of(data.style);
    recorded.tag = disguise_.reveal(view(data.tag));
    recorded.text =
        disguise_.reveal(std::string_view(reinterpret_cast<const char*>(data.value), data.length));
  }

  void open(YamlEvent::Kind kind, const yaml_event_t& event, const yaml_char_t* anchor_name,
            const yaml_char_t* tag, bool flow) {
    if (open_.size() >= limits_.depth) {
      throw Stopped{{"GR0105",
                     fmt::format("lists and mappings are nested more than {} levels deep", limits_.depth),
                     offsets_(event.start_mark.index),
                     {}}};
    }
    YamlEvent& recorded = record(kind, event);
    recorded.anchor = anchor(anchor_name);
    recorded.tag = disguise_.reveal(view(tag));
    recorded.flow = flow;
    open_.push_back(result_.events.size() - 1);
  }

  const Disguise& disguise_;
  const Offsets& offsets_;
  const YamlEventLimits& limits_;
  YamlEvents& result_;
  ParserPtr parser_;
  std::unordered_map<std::string, uint32_t> anchors_;
  std::vector<size_t> open_;  // events that begin collections that are not closed yet
  size_t documents_ = 0;
};

// libyaml's messages (by their beginning) in the words of someone who writes workflows.
struct Wording {
  std::string_view theirs;
  std::string_view ours;
  bool at_context = false;  // the place that counts is where the thing began
};
constexpr std::array kWordings = {
    Wording{"did not find expected ',' or '}'",
            "this `{` is not closed: a `,` or `}` was expected in the mapping", true},
    Wording{"did not find expected ',' or ']'",
            "this `[` is not closed: a `,` or `]` was expected in the list", true},
    Wording{"did not find expected key",
            "this does not fit the block mapping around it: check its indentation, or quote the text "
            "before it"},
    Wording{"did not find expected '-' indicator",
            "this does not fit the list around it: check its indentation, expected `- `"},
    Wording{"did not find expected <document start>",
            "the document has ended before this: check the indentation, or quote the text before it"},
    Wording{"did not find expected node content", "a value is missing before this"},
    Wording{"mapping values are not allowed",
            "a `:` that makes a mapping is not possible here: check the indentation, or quote the "
            "text"},
    Wording{"mapping keys are not allowed", "a mapping key is not possible here: check the indentation"},
    Wording{"block sequence entries are not allowed",
            "a list item (`- `) is not possible here: check the indentation"},
    Wording{"could not find expected ':'", "a `:` is missing after this key", true},
    Wording{"found character that cannot start any token",
            "this character cannot begin a value; put the text in "
            "quotes"},
    Wording{"found a tab character", "a tab cannot be used for indentation"},
    Wording{"found unexpected ':'",
            "a `:` needs a blank behind it here; put the text in quotes if that is meant"},
    Wording{"found unexpected end of stream", "the quote of this string is not closed", true},
    Wording{"found unexpected document indicator", "the quote of this string is not closed", true},
    Wording{"found unknown escape character",
            "there is no such escape in a string in double quotes; write `\\\\` for a backslash, "
            "or use "
            "single quotes"},
    Wording{"did not find expected hexdecimal number", "a hexadecimal digit is missing in this escape"},
    Wording{"found invalid Unicode character escape code", "this escape is not a Unicode character"},
    Wording{"did not find expected alphabetic or numeric character",
            "a name is missing after `&` or `*`; put the text in quotes"},
    Wording{"did not find expected comment or line break",
            "nothing but a comment can follow `|` or `>` on its line"},
    Wording{"found an indentation indicator equal to 0", "the indentation of a block cannot be 0"},
    Wording{"found undefined tag handle", "this tag begins with a handle that is not defined"},
};

std::string_view line_around(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  const size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

std::string_view line_before(std::string_view text, size_t offset) {
  const std::string_view line = line_around(text, offset);
  const size_t begin = static_cast<size_t>(line.data() - text.data());
  return begin < 1 ? std::string_view() : line_around(text, begin - 1);
}

std::string_view trim(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

// "key:value" at the beginning of a line: the blank after the colon is missing.
std::string_view glued_key(std::string_view line) {
  line = trim(line);
  const size_t colon = line.find_first_of(":\"'{[#<& ");
  if (colon == std::string_view::npos || line[colon] != ':' || colon == 0) return {};
  if (colon + 1 >= line.size() || line[colon + 1] == ' ') return {};
  return line.substr(0, line.find(' '));
}

// What probably is behind the problem, told from the lines about it.
std::string guess_cause(std::string_view text, size_t offset) {
  const std::string_view here = line_around(text, offset);
  const std::string_view before = line_before(text, offset);
  for (std::string_view line : {here, before}) {
    if (!glued_key(line).empty()) {
      return fmt::format("`{}` has no blank after the colon", glued_key(line));
    }
  }
  if (here.find(": {{") != std::string_view::npos || here.find("- {{") != std::string_view::npos) {
    return "a value that begins with `{{` must be put in quotes: `{` begins a mapping";
  }
  const std::string_view above = trim(before);
  if (!above.empty() && above.find_first_of(": #\"'[]{}") == std::string_view::npos && above.front() != '-') {
    return fmt::format("the line before, `{}`, has no colon after the key", above);
  }
  return {};
}

// A tab where the indentation is: the place of the tab.
std::optional<size_t> tab_in_indentation(std::string_view text, size_t offset) {
  const std::string_view line = line_around(text, offset);
  const std::string_view indentation = line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
  const size_t tab = indentation.find('\t');
  if (tab == std::string_view::npos) return std::nullopt;
  return static_cast<size_t>(line.data() - text.data()) + tab;
}

YamlProblem translate(const Recorder& recorder, const Offsets& offsets, std::string_view text) {
  const yaml_parser_t& parser = recorder.parser();
  if (parser.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
  const std::string_view theirs = parser.problem == nullptr ? "" : parser.problem;
  if (parser.error == YAML_READER_ERROR) {
    return {"GR0108", "this character is not allowed in YAML", offsets(parser.mark.index), {}};
  }
  YamlProblem problem;
  problem.code = "GR0101";
  problem.offset = offsets(parser.problem_mark.index);
  const Wording* wording = std::find_if(kWordings.begin(), kWordings.end(), [&](const Wording& w) {
    return theirs.compare(0, w.theirs.size(), w.theirs) == 0;
  });
  problem.message =
      wording == kWordings.end() ? fmt::format("this is not YAML: {}", theirs) : std::string(wording->ours);
  if (const std::optional<size_t> tab = tab_in_indentation(text, problem.offset)) {
    return {"GR0102", "a tab cannot be used for indentation", *tab, "use blanks"};
  }
  if (wording != kWordings.end() && wording->at_context && parser.context != nullptr) {
    problem.offset = offsets(parser.context_mark.index);
  }
  if (theirs == "did not find expected node content" && recorder.open_bracket()) {
    problem.offset = *recorder.open_bracket();
    problem.message =
        fmt::format("this `{}` is not closed, or a value is missing in it", text[problem.offset]);
  }
  if (theirs == "found character that cannot start any token" && problem.offset < text.size()) {
    problem.message =
        fmt::format("a value cannot begin with `{}`; put the text in quotes", text.substr(problem.offset, 1));
  }
  problem.note = guess_cause(text, problem.offset);
  return problem;
}

// An asterisk that begins no alias: becomes text, with a warning.
bool pardon_alias(size_t at, std::string_view text, Disguise& disguise, std::vector<YamlProblem>& warnings) {
  if (warnings.size() >= kUndefinedAliases || at >= text.size() || text[at] != '*' || disguise.hides(at)) {
    return false;
  }
  disguise.hide_asterisk(at);
  const size_t end = std::min(text.find_first_of(" \t\r\n,]}", at), text.size());
  warnings.push_back(
      {"GR0103",
       fmt::format("there is no anchor `{}`, so this is plain text", text.substr(at + 1, end - at - 1)), at,
       "put the text in quotes if that is meant"});
  return true;
}

}  // namespace

YamlEvents read_yaml_events(std::string_view text, const YamlEventLimits& limits) {
  YamlEvents result;
  Disguise disguise(text);
  const Offsets offsets(text);
  bool again = true;
  while (again) {
    again = false;
    result.events.clear();
    result.events.reserve(std::min(text.size() / kBytesOfAnEvent, kMostReserved));
    result.anchors = 0;
    Recorder recorder(disguise, offsets, limits, result);
    try {
      if (recorder.read()) break;
      const yaml_parser_t& parser = recorder.parser();
      const bool at_alias =
          parser.context != nullptr && std::string_view(parser.context) == "while scanning an alias";
      again = at_alias && pardon_alias(offsets(parser.context_mark.index), text, disguise, result.warnings);
      if (!again) result.problem = translate(recorder, offsets, text);
    } catch (const Stopped& stopped) {
      result.problem = stopped.problem;
    } catch (const UndefinedAlias& alias) {
      again = pardon_alias(alias.offset, text, disguise, result.warnings);
      if (!again) {
        result.problem =
            YamlProblem{"GR0103", "this alias refers to an anchor that is not defined", alias.offset, {}};
      }
    }
  }
  return result;
}

}  // namespace gregale::grammar::detail
