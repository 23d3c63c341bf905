#include "core/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/code_points.hpp"
#include "core/json.hpp"
#include "core/value.hpp"

namespace gregale::core {

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "error";
}

Diagnostic& Diagnostics::add(Diagnostic diagnostic) {
  std::string identity =
      fmt::format("{} {} {} {}", diagnostic.code, static_cast<const void*>(diagnostic.span.source.get()),
                  diagnostic.span.begin, diagnostic.message);
  if (!known_.insert(std::move(identity)).second) {
    repeated_ = std::move(diagnostic);
    return repeated_;
  }
  findings_.push_back(std::move(diagnostic));
  return findings_.back();
}

bool Diagnostics::has_errors() const noexcept {
  return std::any_of(findings_.begin(), findings_.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::map<const Source*, size_t> order;
  for (const Diagnostic& d : findings_) order.emplace(d.span.source.get(), order.size());
  std::vector<Diagnostic> result = findings_;
  std::stable_sort(result.begin(), result.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    const size_t file_a = order[a.span.source.get()];
    const size_t file_b = order[b.span.source.get()];
    return file_a != file_b ? file_a < file_b : a.span.begin < b.span.begin;
  });
  return result;
}

void Diagnostics::revise(const std::function<bool(Diagnostic&)>& keep) {
  std::vector<Diagnostic> all = std::exchange(findings_, {});
  known_.clear();
  for (Diagnostic& finding : all) {
    if (keep(finding)) add(std::move(finding));
  }
}

void Diagnostics::append(Diagnostics other) {
  for (Diagnostic& d : other.findings_) add(std::move(d));
}

namespace {

constexpr size_t kMostRelated = 2;  // places that are shown; with more of them one, and how many there are

struct Palette {
  std::string_view error, warning, note, bold, frame, reset;
};
constexpr Palette kPlain{"", "", "", "", "", ""};
constexpr Palette kColour{"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[1m", "\x1b[34m", "\x1b[0m"};

std::string_view colour_of(const Palette& palette, Severity severity) {
  switch (severity) {
    case Severity::error:
      return palette.error;
    case Severity::warning:
      return palette.warning;
    case Severity::note:
      return palette.note;
  }
  return palette.note;
}

// A suggestion in a sentence: that of a whole line ends where its text does.
std::string_view offer(const Suggestion& suggestion) {
  const std::string_view text = suggestion.text;
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

// The source line with a caret under the span. A tab stays a tab on both lines, so that they align.
void draw_line(std::string& out, const Palette& palette, const Span& span, char mark) {
  constexpr size_t kWidest = 160;
  const Position from = span.first();
  std::string_view line = span.source->line(from.line);
  const size_t start = span.source->line_start(from.line);
  size_t offset = std::min(span.begin - std::min(span.begin, start), line.size());
  std::string_view shown = line;
  std::string_view before_cut;
  if (offset > kWidest / 2) {  // a long line: show the stretch around the place
    const size_t cut = code_point_start(shown, offset - kWidest / 2);
    shown.remove_prefix(cut);
    offset -= cut;
    before_cut = "...";
  }
  std::string_view after_cut;
  if (shown.size() > kWidest) {
    shown = shown.substr(0, code_point_start(shown, kWidest));
    after_cut = "...";
  }
  const size_t stop = std::max(span.end, span.begin + 1) - span.begin;
  const size_t length = std::max<size_t>(
      1, code_points(shown.substr(std::min(offset, shown.size()),
                                  std::min(stop, shown.size() - std::min(offset, shown.size())))));
  const std::string number = std::to_string(from.line);
  const std::string margin(number.size(), ' ');
  fmt::format_to(std::back_inserter(out), "{} {} |{} {}{}{}\n", palette.frame, number, palette.reset,
                 before_cut, shown, after_cut);
  std::string indent(before_cut.size(), ' ');
  for (char c : shown.substr(0, offset)) {
    if (!continues_code_point(c)) indent += c == '\t' ? '\t' : ' ';
  }
  fmt::format_to(std::back_inserter(out), "{} {} |{} {}{}{}{}\n", palette.frame, margin, palette.reset,
                 indent, palette.bold, std::string(length, mark), palette.reset);
}

void draw_place(std::string& out, const Palette& palette, const Span& span) {
  const Position from = span.first();
  fmt::format_to(std::back_inserter(out), "{}  -->{} {}:{}:{}\n", palette.frame, palette.reset,
                 span.source->name(), from.line, from.column);
}

std::string plural(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Value span_members(const Span& span, Map members) {
  if (!span.known()) return Value(std::move(members));
  const Position from = span.first();
  const Position to = span.last();
  members.set(Value("file"), Value(span.source->name()));
  members.set(Value("line"), Value(int64_t{from.line}));
  members.set(Value("column"), Value(int64_t{from.column}));
  members.set(Value("end_line"), Value(int64_t{to.line}));
  members.set(Value("end_column"), Value(int64_t{to.column}));
  return Value(std::move(members));
}

Value to_value(const Diagnostic& d) {
  Map members{{"code", d.code}, {"severity", Value(to_string(d.severity))}, {"message", d.message}};
  Map placed = span_members(d.span, std::move(members)).as_map();
  List related;
  for (const RelatedSpan& other : d.related) {
    related.push_back(span_members(other.span, Map{{"message", other.message}}));
  }
  placed.set(Value("related"), Value(std::move(related)));
  placed.set(Value("note"), d.note.empty() ? Value() : Value(d.note));
  placed.set(Value("suggestion"), d.suggestion ? Value(d.suggestion->text) : Value());
  return Value(std::move(placed));
}

List to_values(const std::vector<Diagnostic>& findings) {
  List list;
  for (const Diagnostic& d : findings) list.push_back(to_value(d));
  return list;
}

Value sarif_region(const Span& span) {
  const Position from = span.first();
  const Position to = span.last();
  return Map{{"startLine", int64_t{from.line}},
             {"startColumn", int64_t{from.column}},
             {"endLine", int64_t{to.line}},
             {"endColumn", int64_t{to.column}}};
}

Value sarif_location(const Span& span, std::string_view message) {
  Map location{{"physicalLocation", Map{{"artifactLocation", Map{{"uri", span.source->name()}}},
                                        {"region", sarif_region(span)}}}};
  if (!message.empty()) location.set(Value("message"), Map{{"text", Value(message)}});
  return location;
}

}  // namespace

std::string to_text(const std::vector<Diagnostic>& findings, bool colour) {
  const Palette& palette = colour ? kColour : kPlain;
  std::string out;
  size_t errors = 0;
  size_t warnings = 0;
  for (const Diagnostic& d : findings) {
    errors += d.severity == Severity::error;
    warnings += d.severity == Severity::warning;
    fmt::format_to(std::back_inserter(out), "{}{}[{}]{}{}: {}{}\n", colour_of(palette, d.severity),
                   to_string(d.severity), d.code, palette.reset, palette.bold, d.message, palette.reset);
    if (d.span.known()) {
      draw_place(out, palette, d.span);
      draw_line(out, palette, d.span, '^');
    }
    const size_t shown = d.related.size() > kMostRelated ? 1 : d.related.size();
    for (size_t i = 0; i < shown; ++i) {
      const RelatedSpan& other = d.related[i];
      fmt::format_to(std::back_inserter(out), "{}   = {}{}:\n", palette.frame, palette.reset, other.message);
      if (other.span.known()) draw_line(out, palette, other.span, '-');
    }
    if (shown < d.related.size()) {
      fmt::format_to(std::back_inserter(out), "{}   = {}and {} more\n", palette.frame, palette.reset,
                     d.related.size() - shown);
    }
    if (!d.note.empty()) {
      fmt::format_to(std::back_inserter(out), "{}   = {}note: {}\n", palette.frame, palette.reset, d.note);
    }
    if (d.suggestion) {
      fmt::format_to(std::back_inserter(out), "{}   = {}help: did you mean `{}`?\n", palette.frame,
                     palette.reset, offer(*d.suggestion));
    }
    out += '\n';
  }
  if (errors + warnings > 0) {
    fmt::format_to(std::back_inserter(out), "{}, {}\n", plural(errors, "error"), plural(warnings, "warning"));
  }
  return out;
}

namespace {

// The characters that end a message or a property of a workflow command.
std::string github_text(std::string_view text, bool property) {
  std::string result;
  for (char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special) {
      fmt::format_to(std::back_inserter(result), "%{:02X}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string to_github(const std::vector<Diagnostic>& findings) {
  std::string out;
  for (const Diagnostic& d : findings) {
    const std::string_view command = d.severity == Severity::note ? "notice" : to_string(d.severity);
    std::string place;
    if (d.span.known()) {
      const Position from = d.span.first();
      const Position to = d.span.last();
      place =
          fmt::format("file={},line={},endLine={},col={},endColumn={},",
                      github_text(d.span.source->name(), true), from.line, to.line, from.column, to.column);
    }
    std::string message = d.message;
    if (!d.note.empty()) message += "\n" + d.note;
    if (d.suggestion) message += fmt::format("\ndid you mean `{}`?", offer(*d.suggestion));
    fmt::format_to(std::back_inserter(out), "::{} {}title={}::{}\n", command, place, d.code,
                   github_text(message, false));
  }
  return out;
}

std::string to_json_list(const std::vector<Diagnostic>& findings) {
  return to_json(Value(to_values(findings)), 2);
}

std::string to_json(const std::vector<Diagnostic>& findings) {
  const bool valid = std::none_of(findings.begin(), findings.end(),
                                  [](const Diagnostic& d) { return d.severity == Severity::error; });
  return to_json(Value(Map{{"valid", valid}, {"diagnostics", Value(to_values(findings))}}), 2);
}

std::string to_sarif(const std::vector<Diagnostic>& findings, std::string_view version) {
  std::set<std::string> codes;
  List results;
  for (const Diagnostic& d : findings) {
    codes.insert(d.code);
    std::string text = d.message;
    if (!d.note.empty()) text += "\n" + d.note;
    Map result{{"ruleId", d.code}, {"level", Value(to_string(d.severity))}, {"message", Map{{"text", text}}}};
    if (d.span.known()) {
      result.set(Value("locations"), List{sarif_location(d.span, "")});
      List related;
      for (const RelatedSpan& other : d.related) {
        if (other.span.known()) related.push_back(sarif_location(other.span, other.message));
      }
      if (!related.empty()) result.set(Value("relatedLocations"), Value(std::move(related)));
      if (d.suggestion && d.suggestion->replace.known()) {
        const Span& place = d.suggestion->replace;
        const Value replacement = Map{{"deletedRegion", sarif_region(place)},
                                      {"insertedContent", Map{{"text", d.suggestion->text}}}};
        const Value change = Map{{"artifactLocation", Map{{"uri", place.source->name()}}},
                                 {"replacements", List{replacement}}};
        result.set(Value("fixes"), List{Map{{"description", Map{{"text", "did you mean this?"}}},
                                            {"artifactChanges", List{change}}}});
      }
    }
    results.push_back(Value(std::move(result)));
  }
  List rules;
  for (const std::string& code : codes) rules.push_back(Map{{"id", code}});
  const Value driver =
      Map{{"name", "gregale"}, {"version", Value(version)}, {"rules", Value(std::move(rules))}};
  const Value run = Map{{"tool", Map{{"driver", driver}}},
                        {"columnKind", "unicodeCodePoints"},
                        {"results", Value(std::move(results))}};
  const Value document = Map{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                             {"version", "2.1.0"},
                             {"runs", List{run}}};
  return to_json(document, 2);
}

}  // namespace gregale::core
