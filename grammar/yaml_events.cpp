#include "grammar/yaml_events.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <streambuf>

namespace gregale::grammar::detail {

namespace {

// Characters that Mistral's reader takes in plain text and yaml-cpp does not. They are read as
// control characters, which a YAML text cannot hold, and put back afterwards. A carriage return of
// its own is a line break.
constexpr char kAtSign = '\x01';
constexpr char kBackquote = '\x02';
// An asterisk that begins no alias of an anchor there is; Mistral's reader takes all of them as
// text.
constexpr char kAsterisk = '\x03';
constexpr size_t kUndefinedAliases = 20;  // each costs another reading of the text

std::string disguise(std::string_view text) {
  std::string result(text);
  for (size_t i = 0; i < result.size(); ++i) {
    if (result[i] == '@') result[i] = kAtSign;
    if (result[i] == '`') result[i] = kBackquote;
    if (result[i] == '\r' && (i + 1 == result.size() || result[i + 1] != '\n')) result[i] = '\n';
  }
  return result;
}

std::string undisguise(const std::string& text) {
  std::string result = text;
  std::replace(result.begin(), result.end(), kAtSign, '@');
  std::replace(result.begin(), result.end(), kBackquote, '`');
  std::replace(result.begin(), result.end(), kAsterisk, '*');
  return result;
}

// Lets yaml-cpp read memory in place.
class MemoryBuffer : public std::streambuf {
 public:
  explicit MemoryBuffer(std::string& text) { setg(text.data(), text.data(), text.data() + text.size()); }
};

// Ends the parsing from within a handler.
struct Stopped {
  YamlProblem problem;
};

class Recorder : public YAML::EventHandler {
 public:
  Recorder(std::vector<YamlEvent>& events, const YamlEventLimits& limits)
      : events_(events), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      throw Stopped{{"GR0104", "a second document begins here; one file holds one document", offset_of(mark),
                     "put several workflows into one file by their names, or into several files"}};
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    record(YamlEvent::Kind::null, mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    record(YamlEvent::Kind::alias, mark, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlEvent& event = record(YamlEvent::Kind::scalar, mark, anchor);
    event.tag = undisguise(tag);
    event.text = undisguise(value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(YamlEvent::Kind::sequence_start, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(YamlEvent::Kind::map_start, mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

  // Where the innermost collection in brackets began, if one is open.
  std::optional<size_t> open_bracket() const {
    for (auto it = open_.rbegin(); it != open_.rend(); ++it) {
      if (events_[*it].flow) return events_[*it].offset;
    }
    return std::nullopt;
  }

 private:
  static size_t offset_of(const YAML::Mark& mark) { return mark.pos < 0 ? 0 : static_cast<size_t>(mark.pos); }

  YamlEvent& record(YamlEvent::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (events_.size() >= limits_.nodes) {
      throw Stopped{
          {"GR0105", fmt::format("the text has more than {} values", limits_.nodes), offset_of(mark), {}}};
    }
    YamlEvent event;
    event.kind = kind;
    event.offset = offset_of(mark);
    event.anchor = anchor;
    events_.push_back(std::move(event));
    return events_.back();
  }

  void open(YamlEvent::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    if (open_.size() >= limits_.depth) {
      throw Stopped{{"GR0105",
                     fmt::format("lists and mappings are nested more than {} levels deep", limits_.depth),
                     offset_of(mark),
                     {}}};
    }
    YamlEvent& event = record(kind, mark, anchor);
    event.tag = undisguise(tag);
    event.flow = style == YAML::EmitterStyle::Flow;
    open_.push_back(events_.size() - 1);
  }

  void close() {
    YamlEvent event;
    event.kind = YamlEvent::Kind::end;
    event.offset = events_[open_.back()].offset;
    events_.push_back(std::move(event));
    open_.pop_back();
  }

  std::vector<YamlEvent>& events_;
  const YamlEventLimits& limits_;
  std::vector<size_t> open_;
  size_t documents_ = 0;
};

// yaml-cpp's messages (by their beginning) in the words of someone who writes workflows.
struct Wording {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array kWordings = {
    Wording{"end of map flow", "this `{` is not closed: a `,` or `}` was expected in the mapping"},
    Wording{"end of sequence flow", "this `[` is not closed: a `,` or `]` was expected in the list"},
    Wording{"end of map not found",
            "this does not fit the block mapping around it: check its indentation, or quote the text "
            "before it"},
    Wording{"end of sequence not found",
            "this does not fit the list around it: check its indentation, expected `- `"},
    Wording{"illegal map value",
            "a `:` that makes a mapping is not possible here: check the indentation, or quote the "
            "text"},
    Wording{"illegal map key", "a mapping key is not possible here: check the indentation"},
    Wording{"illegal block entry", "a list item (`- `) is not possible here: check the indentation"},
    Wording{"illegal flow end", "this bracket closes nothing"},
    Wording{"unknown token", "this character cannot begin a value; put the text in quotes"},
    Wording{"illegal tab", "a tab cannot be used for indentation"},
    Wording{"illegal EOF in scalar", "the quote of this string is not closed"},
    Wording{"illegal document indicator in scalar", "the quote of this string is not closed"},
    Wording{"unknown escape character",
            "there is no such escape in a string in double quotes; write `\\\\` for a backslash, "
            "or use "
            "single quotes"},
    Wording{"bad character found while scanning hex", "a hexadecimal digit is missing in this escape"},
    Wording{"invalid unicode", "this escape is not a Unicode character"},
    Wording{"the referenced anchor is not defined", "this alias refers to an anchor that is not defined"},
    Wording{"alias not found after", "a name is missing after `*`; put the text in quotes"},
    Wording{"anchor not found after", "a name is missing after `&`; put the text in quotes"},
    Wording{"illegal character found while scanning alias", "this character cannot be in an alias"},
    Wording{"illegal character found while scanning anchor", "this character cannot be in an anchor"},
    Wording{"cannot assign multiple tags", "a value can have one tag only"},
    Wording{"cannot assign multiple anchors", "a value can have one anchor only"},
    Wording{"cannot assign multiple aliases", "a value can have one alias only"},
    Wording{"aliases can't have any content", "nothing can follow an alias here"},
    Wording{"end of verbatim tag not found", "the `>` of this tag is missing"},
    Wording{"bad file", "lists and mappings are nested too deep"},
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

YamlProblem translate(const YAML::ParserException& error, const Recorder& recorder, std::string_view text) {
  YamlProblem problem;
  problem.code = "GR0101";
  problem.offset = error.mark.pos < 0 ? 0 : std::min(static_cast<size_t>(error.mark.pos), text.size());
  const Wording* wording = std::find_if(kWordings.begin(), kWordings.end(), [&](const Wording& w) {
    return error.msg.compare(0, w.theirs.size(), w.theirs) == 0;
  });
  problem.message =
      wording == kWordings.end() ? "this is not YAML: " + undisguise(error.msg) : std::string(wording->ours);
  if (error.msg.rfind("bad file", 0) == 0) problem.code = "GR0105";
  const std::string_view line = line_around(text, problem.offset);
  const size_t first = line.find_first_not_of(" \t");
  if (first != std::string_view::npos && line.substr(0, first).find('\t') != std::string_view::npos) {
    problem.code = "GR0102";
    problem.message = "a tab cannot be used for indentation";
    problem.offset = static_cast<size_t>(line.data() - text.data()) + line.find('\t');
    problem.note = "use blanks";
    return problem;
  }
  if (error.msg.rfind("end of", 0) == 0 && error.msg.find("flow") != std::string::npos) {
    problem.offset = recorder.open_bracket().value_or(problem.offset);
  }
  if (error.msg.rfind("unknown token", 0) == 0 && problem.offset < text.size()) {
    problem.message =
        fmt::format("a value cannot begin with `{}`; put the text in quotes", text.substr(problem.offset, 1));
  }
  problem.note = guess_cause(text, problem.offset);
  return problem;
}

// An alias without an anchor: becomes text, with a warning.
bool pardon_alias(const YAML::ParserException& error, std::string_view text, std::string& disguised,
                  std::vector<YamlProblem>& warnings) {
  const size_t at = error.mark.pos < 0 ? text.size() : static_cast<size_t>(error.mark.pos);
  if (error.msg.rfind("the referenced anchor", 0) != 0 || warnings.size() >= kUndefinedAliases ||
      at >= disguised.size() || disguised[at] != '*') {
    return false;
  }
  disguised[at] = kAsterisk;
  const size_t end = std::min(text.find_first_of(" \t\r\n,]}", at), text.size());
  warnings.push_back({"GR0103",
                      fmt::format("there is no anchor `{}`, so `{}` is plain text",
                                  text.substr(at + 1, end - at - 1), text.substr(at, end - at)),
                      at, "put the text in quotes if that is meant"});
  return true;
}

}  // namespace

YamlEvents read_yaml_events(std::string_view text, const YamlEventLimits& limits) {
  YamlEvents result;
  std::string disguised = disguise(text);
  bool again = true;
  while (again) {
    again = false;
    result.events.clear();
    MemoryBuffer buffer(disguised);
    std::istream stream(&buffer);
    Recorder recorder(result.events, limits);
    try {
      YAML::Parser parser(stream);
      while (parser.HandleNextDocument(recorder)) {
      }
    } catch (const Stopped& stopped) {
      result.problem = stopped.problem;
    } catch (const YAML::ParserException& error) {
      again = pardon_alias(error, text, disguised, result.warnings);
      if (!again) result.problem = translate(error, recorder, text);
    }
  }
  return result;
}

}  // namespace gregale::grammar::detail
