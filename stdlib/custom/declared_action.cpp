#include "stdlib/custom/declared_action.hpp"

#include "stdlib/custom/security.hpp"

namespace gregale::stdlib {

using core::Error;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionMode;
using interpreter::ActionResult;

namespace {

class DeclaredAction : public interpreter::Action {
 public:
  DeclaredAction(Declaration declaration, OpenstackSession& session, DeclaredHost host)
      : declaration_(std::move(declaration)), session_(session), host_(std::move(host)) {}

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
    DeclaredCall made{purpose, declaration_.asynchronous, std::move(call)};
    if (!declaration_.credentials) return host_(std::move(made), std::move(completion));
    const auto session = session_.keystone(made.call.context);
    session->access([this, session, made = std::move(made), completion = std::move(completion)](
                        const AccessPtr& access, const std::optional<Error>& error) mutable {
      if (error) return completion(ActionResult::failure(error->what()));
      made.security = security_context(session->credentials(), *access, made.call.context);
      made.secrets.push_back(access->token);
      host_(std::move(made), std::move(completion));
    });
  }

  const Declaration declaration_;
  OpenstackSession& session_;
  const DeclaredHost host_;
};

}  // namespace

std::unique_ptr<interpreter::Action> declared_action(Declaration declaration, OpenstackSession& session,
                                                     DeclaredHost host) {
  return std::make_unique<DeclaredAction>(std::move(declaration), session, std::move(host));
}

}  // namespace gregale::stdlib
