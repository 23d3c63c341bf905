#include "compiler/documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/definition_reader.hpp"
#include "compiler/inheritance/parent_name.hpp"
#include "compiler/inheritance/workbook_inheritance.hpp"
#include "core/error.hpp"

namespace gregale::compiler {

namespace {

// Definitions are smaller than what YAML may hold in general.
grammar::YamlLimits definition_limits() {
  grammar::YamlLimits limits;
  limits.alias_nodes = 100'000;
  return limits;
}

size_t number(Declaration::Kind kind) {
  return static_cast<size_t>(kind);
}

}  // namespace

void Documents::Names::add(const Declaration& declaration) {
  by_kind_[number(declaration.kind)].emplace(declaration.full_name, &declaration);
}

const Declaration* Documents::Names::find(Declaration::Kind kind, std::string_view full_name) const {
  const auto found = all(kind).find(full_name);
  return found == all(kind).end() ? nullptr : found->second;
}

const Declaration* Documents::Names::find(Declaration::Kind kind, std::string_view workbook,
                                          std::string_view name) const {
  if (!workbook.empty()) {
    const std::string full_name = fmt::format("{}.{}", workbook, name);
    if (const Declaration* own = find(kind, full_name)) return own;
  }
  return find(kind, name);
}

const std::unordered_map<std::string_view, const Declaration*>& Documents::Names::all(
    Declaration::Kind kind) const {
  return by_kind_[number(kind)];
}

Documents::Documents(Library* library, core::Diagnostics& diagnostics)
    : library_(library), diagnostics_(diagnostics), report_(diagnostics) {}

Documents::Document& Documents::parse(const core::SourcePtr& source, Document::Origin origin) {
  Document& document = documents_.emplace_back();
  document.source = source;
  document.origin = origin;
  by_source_.emplace(source.get(), &document);
  core::Diagnostics& findings = findings_of(document);
  if (std::optional<YamlNode> root = grammar::parse_yaml(source, findings, definition_limits())) {
    document.root = std::move(*root);
    Report report(findings);
    document.workbook = list_declarations(document.root, document.declarations, report);
  }
  return document;
}

core::Diagnostics& Documents::findings_of(Document& document) {
  return document.origin == Document::Origin::library ? document.findings : diagnostics_;
}

const Declaration* Documents::used(const Declaration* declaration) {
  if (declaration == nullptr) return nullptr;
  diagnostics_.append(std::exchange(by_source_.at(declaration->source)->findings, {}));
  return declaration;
}

void Documents::add(const core::SourcePtr& source, const std::string& name_space) {
  Document& document = parse(source, Document::Origin::given);
  by_file_.emplace(source->name(), &document);
  document.name_space = name_space;
  for (Declaration& declaration : document.declarations) declaration.name_space = name_space;
}

const std::vector<const Declaration*>& Documents::given() {
  if (!given_.empty()) return given_;
  // Documents of the library may be added meanwhile, behind those that were given.
  const size_t count = documents_.size();
  for (size_t i = 0; i < count; ++i) inherit(documents_[i]);
  for (size_t i = 0; i < count; ++i) {
    for (const Declaration& declaration : documents_[i].declarations) given_.push_back(&declaration);
  }
  return given_;
}

void Documents::parse_library() {
  if (library_parsed_ || library_ == nullptr) return;
  library_parsed_ = true;
  for (const core::SourcePtr& source : library_->files()) {
    if (by_file_.count(source->name()) != 0) continue;
    by_file_.emplace(source->name(), &parse(source, Document::Origin::library));
  }
}

void Documents::load_library() {
  if (library_loaded_) return;
  library_loaded_ = true;
  parse_library();
  // Files that parents name may be added meanwhile.
  for (size_t i = 0; i < documents_.size(); ++i) inherit(documents_[i]);
}

// ---- workbooks

void Documents::inherit(Document& document) {
  std::vector<Document*> chain;
  for (Document* next = &document; next != nullptr && next->parent == Document::Parent::open;) {
    next->parent = Document::Parent::under_way;
    chain.push_back(next);
    next->extended = parent_of(*next);
    next = next->extended;
    if (next == nullptr || next->parent != Document::Parent::under_way) continue;
    report_cycle(chain, *next);
    chain.back()->extended = nullptr;
    next = nullptr;
  }
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
    inherit_from_parent(**one);
    (*one)->parent = Document::Parent::known;
    for (const Declaration& declaration : (*one)->declarations) declare(**one, declaration);
  }
  // A library's file counts from here on where one that is no library's extends it.
  if (document.origin == Document::Origin::library) return;
  for (Document* one = document.extended; one != nullptr; one = one->extended) {
    diagnostics_.append(std::exchange(one->findings, {}));
  }
}

void Documents::inherit_from_parent(Document& document) {
  Report report(findings_of(document));
  if (document.workbook.extends == nullptr) {
    check_no_overrides(document.declarations, report);
    return;
  }
  const Document* parent = document.extended;
  bool sound = parent != nullptr && parent->sound;
  if (sound) {
    document.depth = parent->depth + 1;
    sound = check_depth(document.workbook.name->text, *document.workbook.parent, document.depth, report);
  }
  document.sound = sound;
  if (!sound) {
    // What they inherit is not known.
    for (Declaration& declaration : document.declarations) declaration.sound = false;
    return;
  }
  Declaration pattern;
  pattern.workbook = document.workbook.name->text;
  pattern.source = document.source.get();
  pattern.name_space = document.name_space;
  pattern.extends = document.workbook.parent;
  inherit_declarations(document.declarations, pattern, parent->declarations, nothing_, report);
}

Documents::Document* Documents::parent_of(Document& document) {
  Workbook& workbook = document.workbook;
  if (workbook.extends == nullptr) return nullptr;
  workbook.parent = workbook.extends;
  Report report(findings_of(document));
  const std::optional<ParentName> parent =
      read_parent_name(*workbook.extends, "workbook", ParentName::Pin::none, report);
  if (!parent) return nullptr;
  workbook.parent = parent->name;
  Document* found = nullptr;
  if (parent->file != nullptr) {
    found = read_file(*parent->file, report);
    if (found == nullptr) return nullptr;
    if (found->workbook.name == nullptr || found->workbook.name->text != parent->name->text) found = nullptr;
  } else {
    found = find_workbook(document, parent->name->text);
  }
  if (found == nullptr) report_unknown_parent(*parent, "workbook", workbook_names(document), report);
  return found;
}

Documents::Document* Documents::find_workbook(const Document& from, std::string_view name) {
  parse_library();
  Document* found = nullptr;
  int best = 0;
  for (Document& document : documents_) {
    const YamlNode* own = document.workbook.name;
    if (own == nullptr || own->text != name || &document == &from) continue;
    const int rank = document.origin == Document::Origin::library ? 1
                     : document.origin != Document::Origin::given ? 0
                     : document.name_space == from.name_space     ? 3
                     : document.name_space.empty()                ? 2
                                                                  : 0;
    if (rank > best) {
      best = rank;
      found = &document;
    }
  }
  // By its own name a workbook means itself.
  if (found == nullptr && from.workbook.name->text == name) return by_source_.at(from.source.get());
  return found;
}

std::vector<std::string> Documents::workbook_names(const Document& from) const {
  std::vector<std::string> names;
  for (const Document& document : documents_) {
    if (document.workbook.name != nullptr && &document != &from)
      names.push_back(document.workbook.name->text);
  }
  return names;
}

void Documents::report_cycle(const std::vector<Document*>& chain, const Document& first) {
  const auto begin = std::find(chain.begin(), chain.end(), &first);
  std::string names;
  for (auto one = begin; one != chain.end(); ++one) names += (*one)->workbook.name->text + " -> ";
  const std::string& name = first.workbook.name->text;
  core::Diagnostic& finding =
      report_.add("GR1002", first.workbook.parent->span,
                  fmt::format("the workbook `{}` extends itself: {}{}", name, names, name));
  for (auto one = begin + 1; one != chain.end(); ++one) {
    finding.related.push_back(
        {(*one)->workbook.parent->span, fmt::format("`{}` extends", (*one)->workbook.name->text)});
  }
}

void Documents::declare(Document& document, const Declaration& declaration) {
  document.names.add(declaration);
  if (document.origin == Document::Origin::given) given_names_[declaration.name_space].add(declaration);
  if (document.origin == Document::Origin::library) library_names_.add(declaration);
}

// ---- looking up

template <typename Find>
const Declaration* Documents::find_given(const std::string& name_space, Find find) const {
  for (const std::string& one : {name_space, std::string()}) {
    const auto names = given_names_.find(one);
    const Declaration* found = names == given_names_.end() ? nullptr : find(names->second);
    if (found != nullptr) return found;
  }
  return nullptr;
}

const Declaration* Documents::find(Declaration::Kind kind, const Declaration& from, std::string_view name) {
  const auto look = [&](const Names& names) { return names.find(kind, from.workbook, name); };
  const Document& own = *by_source_.at(from.source);
  if (own.origin != Document::Origin::shipped) {
    if (const Declaration* found = look(own.names)) return found;
  }
  if (const Declaration* found = find_given(from.name_space, look)) return found;
  load_library();
  if (const Declaration* found = used(look(library_names_))) return found;
  return find_shipped(kind, name);
}

const Declaration* Documents::find(Declaration::Kind kind, std::string_view full_name) {
  const auto look = [&](const Names& names) { return names.find(kind, full_name); };
  if (const Declaration* found = find_given({}, look)) return found;
  load_library();
  if (const Declaration* found = used(look(library_names_))) return found;
  return find_shipped(kind, full_name);
}

const Declaration* Documents::find_shipped(Declaration::Kind kind, std::string_view full_name) {
  if (library_ == nullptr || kind != Declaration::Kind::workflow) return nullptr;
  const core::SourcePtr file = library_->shipped(full_name);
  if (file == nullptr) return nullptr;
  auto document = by_file_.find(file->name());
  if (document == by_file_.end()) {
    document = by_file_.emplace(file->name(), &parse(file, Document::Origin::shipped)).first;
    inherit(*document->second);
  }
  return document->second->names.find(kind, full_name);
}

const Declaration* Documents::find_in_file(const Declaration& from, std::string_view name,
                                           const YamlNode& path, bool& readable) {
  Document* document = read_file(path, report_);
  readable = document != nullptr;
  if (!readable) return nullptr;
  inherit(*document);
  return used(document->names.find(from.kind, name));
}

Documents::Document* Documents::read_file(const YamlNode& path, Report& report) {
  const core::SourcePtr& source = path.span.source;
  if (library_ == nullptr || source == nullptr) {
    report.add("GR1015", path.span, "files cannot be named here, since none can be read");
    return nullptr;
  }
  core::SourcePtr file;
  try {
    file = library_->file(path.text, *source);
  } catch (const core::Error& error) {
    report.add("GR1015", path.span, error.what());
    return nullptr;
  }
  auto document = by_file_.find(file->name());
  if (document == by_file_.end()) {
    document = by_file_.emplace(file->name(), &parse(file, Document::Origin::named)).first;
  }
  return document->second;
}

std::vector<std::string> Documents::names(const Declaration& from) {
  std::vector<std::string> result;
  const std::string prefix = from.workbook + ".";
  const auto add = [&](const Names& names) {
    for (const auto& [name, declaration] : names.all(from.kind)) {
      if (declaration == &from) continue;
      if (!from.workbook.empty() && declaration->workbook == from.workbook) {
        result.emplace_back(name.substr(prefix.size()));
      }
      result.emplace_back(name);
    }
  };
  for (const auto& [name_space, names] : given_names_) {
    if (name_space.empty() || name_space == from.name_space) add(names);
  }
  add(library_names_);
  if (from.kind == Declaration::Kind::workflow) {
    for (std::string& name : shipped_names()) result.push_back(std::move(name));
  }
  return result;
}

std::vector<std::string> Documents::shipped_names() const {
  return library_ == nullptr ? std::vector<std::string>() : library_->shipped_names();
}

}  // namespace gregale::compiler
