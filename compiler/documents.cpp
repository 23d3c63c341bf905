#include "compiler/documents.hpp"

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

Documents::Documents(Library* library, core::Diagnostics& diagnostics)
    : library_(library), diagnostics_(diagnostics), report_(diagnostics) {}

Documents::Document& Documents::parse(const core::SourcePtr& source, bool from_library) {
  Document& document = documents_.emplace_back();
  core::Diagnostics& diagnostics = from_library ? document.findings : diagnostics_;
  if (std::optional<YamlNode> root = grammar::parse_yaml(source, diagnostics, definition_limits())) {
    document.root = std::move(*root);
    Report report(diagnostics);
    list_declarations(document.root, document.declarations, report);
  }
  return document;
}

const Declaration* Documents::used(const Declaration* declaration) {
  if (declaration == nullptr) return nullptr;
  for (Document& document : documents_) {
    if (document.root.span.source != declaration->name->span.source) continue;
    diagnostics_.append(std::exchange(document.findings, {}));
  }
  return declaration;
}

void Documents::add(const core::SourcePtr& source, const std::string& name_space) {
  Document& document = parse(source, false);
  by_file_.emplace(source->name(), &document);
  for (Declaration& declaration : document.declarations) {
    declaration.name_space = name_space;
    given_.push_back(&declaration);
    given_names_[number(declaration.kind)].emplace(declaration.full_name, &declaration);
  }
}

void Documents::load_library() {
  if (library_loaded_ || library_ == nullptr) return;
  library_loaded_ = true;
  for (const core::SourcePtr& source : library_->files()) {
    if (by_file_.count(source->name()) != 0) continue;
    Document& document = parse(source, true);
    by_file_.emplace(source->name(), &document);
    for (const Declaration& declaration : document.declarations) {
      library_names_[number(declaration.kind)].emplace(declaration.full_name, &declaration);
    }
  }
}

const Declaration* Documents::find(Declaration::Kind kind, const Declaration& from, std::string_view name) {
  const std::string in_workbook =
      from.workbook.empty() ? std::string() : from.workbook + "." + std::string(name);
  const core::Source* file = from.name->span.source.get();
  for (const Document& document : documents_) {
    if (document.root.span.source.get() != file) continue;
    const Declaration* found = nullptr;
    for (const Declaration& declaration : document.declarations) {
      if (declaration.kind != kind) continue;
      if (!in_workbook.empty() && declaration.full_name == in_workbook) return &declaration;
      if (declaration.full_name == name) found = &declaration;
    }
    if (found != nullptr) return found;
  }
  const auto look = [&](const Names& names) -> const Declaration* {
    if (const auto found = names.find(in_workbook); !in_workbook.empty() && found != names.end()) {
      return found->second;
    }
    const auto found = names.find(name);
    return found == names.end() ? nullptr : found->second;
  };
  if (const Declaration* found = look(given_names_[number(kind)])) return found;
  load_library();
  return used(look(library_names_[number(kind)]));
}

const Declaration* Documents::find(Declaration::Kind kind, std::string_view full_name) {
  const Names& given = given_names_[number(kind)];
  if (const auto found = given.find(full_name); found != given.end()) return found->second;
  load_library();
  const Names& library = library_names_[number(kind)];
  const auto found = library.find(full_name);
  return found == library.end() ? nullptr : used(found->second);
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
  for (const Declaration& declaration : document->second->declarations) {
    if (declaration.kind == from.kind && declaration.full_name == name) return used(&declaration);
  }
  return nullptr;
}

std::vector<std::string> Documents::names(const Declaration& from) {
  std::vector<std::string> result;
  const std::string prefix = from.workbook + ".";
  const auto add = [&](const Names& names) {
    for (const auto& [name, declaration] : names) {
      if (declaration == &from) continue;
      if (!from.workbook.empty() && declaration->workbook == from.workbook) {
        result.emplace_back(name.substr(prefix.size()));
      }
      result.emplace_back(name);
    }
  };
  add(given_names_[number(from.kind)]);
  add(library_names_[number(from.kind)]);
  return result;
}

}  // namespace gregale::compiler
