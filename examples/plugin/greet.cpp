#include <gregale/action.hpp>

class Greet : public gregale::Action {
 public:
  Greet() : Action("demo.greet_in_cpp", "Greets somebody.") {
    parameter("name", "string", "who");
    optional_parameter("greeting", "string", "Hello");
  }
  gregale::Result run(gregale::Context&, const gregale::Json& input) const override {
    return input.at("greeting").get<std::string>() + ", " + input.at("name").get<std::string>() + "!";
  }
};

GREGALE_ACTIONS(Greet)
