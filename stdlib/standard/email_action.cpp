#include "stdlib/standard/email_action.hpp"

#include <fmt/format.h>

#include "stdlib/mail/message.hpp"
#include "stdlib/mail/smtp.hpp"
#include "stdlib/standard/blocking_action.hpp"

namespace gregale::stdlib {

using core::Error;
using core::Value;
using interpreter::ActionResult;

namespace {

constexpr std::chrono::seconds kLongestDelivery{300};

ir::ActionSignature email_signature() {
  return {.name = "std.email",
          .description = "Sends a mail by SMTP.",
          .parameters = {{"from_addr", true, {}, "the sender"},
                         {"to_addrs", true, {}, "a list of recipients, or one"},
                         {"smtp_server", true, {}, "host, or host:port; port 25"},
                         {"reply_to", false, {}, "a list of addresses for answers, or one"},
                         {"cc_addrs", false, {}, "a list of recipients of a copy, or one"},
                         {"bcc_addrs", false, {}, "a list of recipients whom the others do not see, or one"},
                         {"smtp_password", false, {}, "logs in as the sender, through TLS"},
                         {"subject", false, {}, "the subject"},
                         {"body", false, {}, "the text"},
                         {"html_body", false, {}, "the text as HTML, beside the plain one"}}};
}

class EmailAction : public BlockingAction {
 public:
  explicit EmailAction(WorkerPool& pool) : BlockingAction(email_signature(), pool, kLongestDelivery) {}

 protected:
  ActionResult carry_out(const Value& input, const Allowance& allowance) const override {
    const auto or_else = [](std::string text, const char* missing) {
      return text.empty() ? std::string(missing) : text;
    };
    MailMessage message;
    message.from = text_parameter(input, "from_addr");
    message.to = texts_parameter(input, "to_addrs");
    message.cc = texts_parameter(input, "cc_addrs");
    message.reply_to = texts_parameter(input, "reply_to");
    message.subject = or_else(text_parameter(input, "subject"), "<No subject>");
    message.body = or_else(text_parameter(input, "body"), "<No body>");
    message.html_body = text_parameter(input, "html_body");

    SmtpDelivery delivery;
    delivery.server = text_parameter(input, "smtp_server");
    delivery.from = message.from;
    for (const auto& list : {message.cc, texts_parameter(input, "bcc_addrs"), message.to}) {
      delivery.recipients.insert(delivery.recipients.end(), list.begin(), list.end());
    }
    if (!input.get("smtp_password").is_null()) {
      delivery.log_in = true;
      delivery.user = message.from;
      delivery.password = text_parameter(input, "smtp_password");
    }
    try {
      delivery.text = mail_text(message);
      deliver(delivery, allowance);
    } catch (const Error& error) {
      return ActionResult::failure(fmt::format("Failed to send an email message: {}", error.what()));
    }
    return ActionResult::success({});
  }
};

}  // namespace

void add_email_action(interpreter::ActionRegistry& registry, WorkerPool& pool) {
  registry.add(std::make_unique<EmailAction>(pool));
}

}  // namespace gregale::stdlib
