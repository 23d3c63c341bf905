// Report: how the compiler's parts record findings. The severity comes from the table of codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

struct FlatWorkflow;

class Report {
 public:
  explicit Report(core::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // While it lives, findings are about that workflow: one in text that the workflow inherits also tells the
  // chain of those who extend the text's owner.
  class About {
   public:
    About(Report& report, const FlatWorkflow* workflow) : report_(report), outer_(report.workflow_) {
      report.workflow_ = workflow;
    }
    ~About() { report_.workflow_ = outer_; }
    About(const About&) = delete;
    About& operator=(const About&) = delete;

   private:
    Report& report_;
    const FlatWorkflow* outer_;
  };

  // The message is made fit for one line: it quotes what users write. The reference is valid until the next
  // finding.
  core::Diagnostic& add(std::string_view code, const core::Span& span, std::string message);
  // As above, with "did you mean" for the candidate nearest to [name], if one is near. [place] is
  // the stretch that holds the name.
  core::Diagnostic& add_misspelt(std::string_view code, const core::Span& place, std::string message,
                                 std::string_view name, const std::vector<std::string>& candidates);

 private:
  core::Diagnostics& diagnostics_;
  const FlatWorkflow* workflow_ = nullptr;
};

}  // namespace gregale::compiler
