#include "compiler/documents.hpp"

#include <fmt/format.h>

#include <utility>

#include "compiler/definition_reader.hpp"
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

Documents::Document& Documents::parse(const core::SourcePtr& source, bool from_library) {
  Document& document = documents_.emplace_back();
  by_source_.emplace(source.get(), &document);
  core::Diagnostics& diagnostics = from_library ? document.findings : diagnostics_;
  if (std::optional<YamlNode> root = grammar::parse_yaml(source, diagnostics, definition_limits())) {
    document.root = std::move(*root);
    Report report(diagnostics);
    list_declarations(document.root, document.declarations, report);
    for (const Declaration& declaration : document.declarations) document.names.add(declaration);
  }
  return document;
}

const Declaration* Documents::used(const Declaration* declaration) {
  if (declaration == nullptr) return nullptr;
  Document& document = *by_source_.at(declaration->name->span.source.get());
  diagnostics_.append(std::exchange(document.findings, {}));
  return declaration;
}

void Documents::add(const core::SourcePtr& source, const std::string& name_space) {
  Document& document = parse(source, false);
  by_file_.emplace(source->name(), &document);
  for (Declaration& declaration : document.declarations) {
    declaration.name_space = name_space;
    given_.push_back(&declaration);
    given_names_[name_space].add(declaration);
  }
}

void Documents::load_library() {
  if (library_loaded_ || library_ == nullptr) return;
  library_loaded_ = true;
  for (const core::SourcePtr& source : library_->files()) {
    if (by_file_.count(source->name()) != 0) continue;
    Document& document = parse(source, true);
    by_file_.emplace(source->name(), &document);
    for (const Declaration& declaration : document.declarations) library_names_.add(declaration);
  }
}

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
  const Document& own = *by_source_.at(from.name->span.source.get());
  if (const Declaration* found = look(own.names)) return found;
  if (const Declaration* found = find_given(from.name_space, look)) return found;
  load_library();
  return used(look(library_names_));
}

const Declaration* Documents::find(Declaration::Kind kind, std::string_view full_name) {
  const auto look = [&](const Names& names) { return names.find(kind, full_name); };
  if (const Declaration* found = find_given({}, look)) return found;
  load_library();
  return used(look(library_names_));
}

const Declaration* Documents::find_in_file(const Declaration& from, std::string_view name,
                                           const YamlNode& path, bool& readable) {
  readable = false;
  const core::SourcePtr& source = path.span.source;
  if (library_ == nullptr || source == nullptr) {
    report_.add("GR1015", path.span, "files cannot be named here, since none can be read");
    return nullptr;
  }
  core::SourcePtr file;
  try {
    file = library_->file(path.text, *source);
  } catch (const core::Error& error) {
    report_.add("GR1015", path.span, error.what());
    return nullptr;
  }
  auto document = by_file_.find(file->name());
  if (document == by_file_.end()) document = by_file_.emplace(file->name(), &parse(file, false)).first;
  readable = true;
  return used(document->second->names.find(from.kind, name));
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
  return result;
}

}  // namespace gregale::compiler
