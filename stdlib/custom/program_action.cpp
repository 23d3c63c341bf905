#include "stdlib/custom/program_action.hpp"

#include "stdlib/custom/security.hpp"

namespace gregale::stdlib {

using core::Error;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionMode;
using interpreter::ActionResult;

namespace {

class ProgramAction : public interpreter::Action {
 public:
  ProgramAction(ProgramHost& host, OpenstackSession& session, std::shared_ptr<const Manifest> manifest,
                Declaration declaration)
      : host_(host),
        session_(session),
        manifest_(std::move(manifest)),
        declaration_(std::move(declaration)) {}

  const ir::ActionSignature& signature() const override { return declaration_.signature; }
  ActionMode mode() const override {
    return declaration_.asynchronous ? ActionMode::outside : ActionMode::started;
  }
  bool idempotent(const Value&) const override { return declaration_.idempotent; }
  interpreter::ActionEffects effects() const override {
    interpreter::ActionEffects effects;
    effects.idempotent = declaration_.idempotent;
    return effects;
  }
  void start(ActionCall call, ActionCompletion completion) const override {
    carry_out(Purpose::run, std::move(call), std::move(completion));
  }
  void test(ActionCall call, ActionCompletion completion) const override {
    carry_out(Purpose::test, std::move(call), std::move(completion));
  }

 private:
  void carry_out(Purpose purpose, ActionCall call, ActionCompletion completion) const {
    call.input = completed_input(declaration_, call.input);
    ProgramCall given{manifest_, declaration_.asynchronous, purpose, std::move(call)};
    if (!declaration_.credentials) return host_.carry_out(std::move(given), std::move(completion));
    const auto session = session_.keystone(given.call.context);
    session->access([this, session, given = std::move(given), completion = std::move(completion)](
                        const AccessPtr& access, const std::optional<Error>& error) mutable {
      if (error) return completion(ActionResult::failure(error->what()));
      given.security = security_context(session->credentials(), *access, given.call.context);
      given.secrets.push_back(access->token);
      host_.carry_out(std::move(given), std::move(completion));
    });
  }

  ProgramHost& host_;
  OpenstackSession& session_;
  const std::shared_ptr<const Manifest> manifest_;
  const Declaration declaration_;
};

}  // namespace

std::unique_ptr<interpreter::Action> program_action(ProgramHost& host, OpenstackSession& session,
                                                    std::shared_ptr<const Manifest> manifest,
                                                    Declaration declaration) {
  return std::make_unique<ProgramAction>(host, session, std::move(manifest), std::move(declaration));
}

}  // namespace gregale::stdlib
