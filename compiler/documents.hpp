// The documents of one compilation and what they declare: the files that were given, and those of the
// library, which are read when a name is looked for that the given ones do not have.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/library.hpp"
#include "compiler/report.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

// A workflow or an ad-hoc action under its name, not yet read. The nodes belong to the documents.
struct Declaration {
  enum class Kind : uint8_t { workflow, action };
  Kind kind = Kind::workflow;
  const YamlNode* name = nullptr;
  const YamlNode* node = nullptr;        // a mapping; without members where all of it is inherited
  std::string workbook;                  // empty outside of workbooks
  std::string full_name;                 // "workbook.name" in a workbook
  const core::Source* source = nullptr;  // the file that declares it
  std::string name_space = {};           // empty: the default one
  // In a workbook that extends another: the definition of the same name there, and where that is said.
  // None for one that replaces it.
  const Declaration* inherited = nullptr;
  const YamlNode* extends = nullptr;
  bool unchanged = false;  // nothing is said about it but that
  bool sound = true;       // false: findings have been made that leave the rest without meaning
};

// What a file says of its workbook, if it is one.
struct Workbook {
  const YamlNode* name = nullptr;
  const YamlNode* extends = nullptr;  // the value of that key; none: it has no parent
  const YamlNode* parent = nullptr;   // where the parent is named in it
};

class Documents {
 public:
  // Without a library only the given files count. All arguments must outlive the documents.
  Documents(Library* library, core::Diagnostics& diagnostics);

  // Adds a given file, whose definitions belong to [name_space]. What is wrong with its YAML is a finding,
  // and it then declares nothing.
  void add(const core::SourcePtr& source, const std::string& name_space = {});
  // What the given files declare, in order; with what their workbooks inherit. For after the last `add`.
  const std::vector<const Declaration*>& given();

  // What a name means in a definition of [from]: one of the same file, of the given files (those of its
  // namespace, then those of the default one), of the library, one that comes with the program; each time
  // within its workbook first. In what comes with the program the given files come before the own one, so
  // that a name has one meaning in a program. nullptr when there is none.
  const Declaration* find(Declaration::Kind kind, const Declaration& from, std::string_view name);
  // One of that full name, of the given files of the default namespace, of the library, or one that comes
  // with the program; nullptr when there is none.
  const Declaration* find(Declaration::Kind kind, std::string_view full_name);
  // A declaration of the file that [from] names by its path; nullptr with a finding at [place] when the
  // file cannot be read, without one when it has no such declaration.
  const Declaration* find_in_file(const Declaration& from, std::string_view name, const YamlNode& path,
                                  bool& readable);
  // Names that `find` would know, for suggestions.
  std::vector<std::string> names(const Declaration& from);
  // Of the workflows that come with the program.
  std::vector<std::string> shipped_names() const;

 private:
  // Declarations by their full names, of each kind.
  class Names {
   public:
    void add(const Declaration& declaration);
    const Declaration* find(Declaration::Kind kind, std::string_view full_name) const;
    // As a definition of [workbook] means a name: one of that workbook first.
    const Declaration* find(Declaration::Kind kind, std::string_view workbook, std::string_view name) const;
    const std::unordered_map<std::string_view, const Declaration*>& all(Declaration::Kind kind) const;

   private:
    std::unordered_map<std::string_view, const Declaration*> by_kind_[2];
  };

  struct Document {
    // named: by `file`; shipped: with the program
    enum class Origin : uint8_t { given, named, library, shipped };
    enum class Parent : uint8_t { open, under_way, known };
    core::SourcePtr source;
    Origin origin = Origin::given;
    YamlNode root;
    Workbook workbook;
    std::string name_space = {};
    std::deque<Declaration> declarations;
    Names names;                   // of the declarations, when the parent is known
    core::Diagnostics findings;    // of a library's file: told when one of its declarations is used
    Parent parent = Parent::open;  // of a workbook
    Document* extended = nullptr;  // the parent's; none: it has none, or a finding tells why not
    size_t depth = 0;              // of parents
    bool sound = true;             // false: the chain of its parents does not hold
  };

  Document& parse(const core::SourcePtr& source, Document::Origin origin);
  core::Diagnostics& findings_of(Document& document);
  // The document of a file that is named by its path; nullptr with a finding when it cannot be read.
  Document* read_file(const YamlNode& path, Report& report);
  void parse_library();
  void load_library();

  // Takes over what the parent of a workbook declares, farthest ancestors first, and makes the declarations
  // known by their names.
  void inherit(Document& document);
  void inherit_from_parent(Document& document);
  // The document of the parent; nullptr with a finding when there is none.
  Document* parent_of(Document& document);
  Document* find_workbook(const Document& from, std::string_view name);
  std::vector<std::string> workbook_names(const Document& from) const;
  // [chain]: documents whose workbooks extend each the next, and the last of which extends [first].
  void report_cycle(const std::vector<Document*>& chain, const Document& first);
  void declare(Document& document, const Declaration& declaration);

  const Declaration* used(const Declaration* declaration);
  // One of those that come with the program, whose file is read now.
  const Declaration* find_shipped(Declaration::Kind kind, std::string_view full_name);
  // Among the given files, as a definition of that namespace means a name.
  template <typename Find>
  const Declaration* find_given(const std::string& name_space, Find find) const;

  Library* library_;
  core::Diagnostics& diagnostics_;
  Report report_;
  std::deque<Document> documents_;
  std::deque<YamlNode> nothing_;                        // what an unchanged declaration says for itself
  std::unordered_map<std::string, Document*> by_file_;  // files that were named by their paths
  std::unordered_map<const core::Source*, Document*> by_source_;
  std::vector<const Declaration*> given_;               // filled when it is asked for
  std::unordered_map<std::string, Names> given_names_;  // by namespace
  Names library_names_;
  bool library_parsed_ = false;
  bool library_loaded_ = false;  // and its declarations are known by their names
};

}  // namespace gregale::compiler
