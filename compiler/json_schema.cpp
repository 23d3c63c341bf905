#include "compiler/json_schema.hpp"

#include "compiler/ir/ir.hpp"
#include "compiler/keys.hpp"

namespace gregale::compiler {

using core::List;
using core::Map;
using core::Value;

namespace {

Value reference(std::string_view definition) {
  return Map{{"$ref", Value("#/definitions/" + std::string(definition))}};
}

Value type(std::string_view name) {
  return Map{{"type", Value(name)}};
}

Value text() {
  return Map{{"type", "string"}, {"minLength", 1}};
}

Value expression() {
  return Map{{"type", "string"}, {"pattern", "^(<%[\\s\\S]*%>|\\{\\{[\\s\\S]*\\}\\})\\s*$"}};
}

Value any_of(List alternatives) {
  return Map{{"anyOf", Value(std::move(alternatives))}};
}

Value items_of(Value item) {
  return Map{{"type", "array"}, {"items", std::move(item)}, {"minItems", 1}, {"uniqueItems", true}};
}

Value mapping() {
  return Map{{"type", "object"}, {"minProperties", 1}};
}

Value mapping_of(std::string_view definition) {
  return Map{{"type", "object"}, {"minProperties", 1}, {"additionalProperties", reference(definition)}};
}

// One name with something to it.
Value pair_of(Value value) {
  return Map{{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}, {"additionalProperties", value}};
}

Value of_shape(Shape shape) {
  switch (shape) {
    case Shape::any:
    case Shape::inheritance:
      return Map{};
    case Shape::text:
      return text();
    case Shape::prose:
      return any_of({text(), type("number")});
    case Shape::boolean:
      return any_of({type("boolean"), expression()});
    case Shape::whole_number:
      return any_of({Map{{"type", "integer"}, {"minimum", 0}}, expression()});
    case Shape::flag:
      return type("boolean");
    case Shape::expression:
      return expression();
    case Shape::mapping:
      return mapping();
    case Shape::mapping_or_text:
      return any_of({mapping(), text()});
    case Shape::names:
      return items_of(text());
    case Shape::name_or_names:
      return any_of({text(), items_of(text())});
    case Shape::parameters:
      return items_of(any_of({text(), pair_of(Map{})}));
    case Shape::text_or_mapping:
      return any_of({text(), reference("retry")});
    case Shape::clause:
      return reference("targets");
    case Shape::join:
      return any_of({Map{{"enum", List{"all", "one"}}}, Map{{"type", "integer"}, {"minimum", 0}}});
    case Shape::region_error:
      return Map{{"enum", List{"fail", "continue"}}};
    case Shape::context_type:
      return Map{{"enum", List(ir::kContextTypes.begin(), ir::kContextTypes.end())}};
    case Shape::workflow_type:
      return Map{{"enum", List{"direct", "reverse"}}};
    case Shape::version:
      return Map{{"enum", List{"2.0", 2, 2.0}}};
  }
  return Map{};
}

// What the keys of inheritance take.
Value of_inheritance(const Key& key) {
  if (key.name == "extends") {
    const std::string_view what = key.place == Place::workbook ? "workbook"
                                  : key.place == Place::action ? "action"
                                                               : "workflow";
    Map long_form{{"file", text()}};
    long_form.set(Value(what), text());
    if (key.place == Place::workflow) {
      long_form.set(Value("digest"), Map{{"type", "string"}, {"pattern", "^sha256:[0-9a-f]{64}$"}});
    }
    return any_of({text(), Map{{"type", "object"},
                               {"properties", Value(std::move(long_form))},
                               {"required", List{what}},
                               {"additionalProperties", false}}});
  }
  if (key.name == "override") return Map{{"enum", List{"merge", "replace", "remove"}}};
  if (key.name == "inherit") return Map{{"enum", List{"append", "prepend"}}};
  if (key.name == "abstract") return type("boolean");
  if (key.name == "final") return any_of({type("boolean"), items_of(text())});
  if (key.name == "redirect") return text();
  return any_of({text(), items_of(text())});  // before, after
}

// What holds the definitions of a workbook, a clause's two forms and its scopes are more than their shapes
// say.
Value of_key(const Key& key) {
  if (key.place == Place::workbook && key.name == "workflows") return mapping_of("workflow");
  if (key.place == Place::workbook && key.name == "actions") return mapping_of("action");
  if (key.place == Place::workflow && key.name == "tasks") return mapping_of("task");
  if (key.place == Place::workflow && key.name == "task-defaults") return reference("task-defaults");
  if (key.place == Place::workflow && key.name == "custom_context") {
    return Map{{"type", "object"},
               {"minProperties", 1},
               {"additionalProperties", any_of({type("null"), reference("context-key")})}};
  }
  if (key.place == Place::clause && key.name == "publish") return reference("publish");
  if (key.shape == Shape::clause && key.place != Place::clause) {
    return any_of({reference("targets"), reference("transition")});
  }
  if (key.shape == Shape::inheritance) return of_inheritance(key);
  // An abstract task promises names.
  if (key.place == Place::task && (key.name == "input" || key.name == "publish")) {
    return any_of({of_shape(key.shape), items_of(text())});
  }
  return of_shape(key.shape);
}

// Whether the value may be nothing whatever else is said.
bool takes_null(const Key& key) {
  return key.shape == Shape::any;
}

// The keys that `null` takes out of what is inherited; keys of inheritance are not inherited.
bool can_be_removed(const Key& key) {
  return key.shape != Shape::inheritance && !takes_null(key) &&
         !(key.place == Place::workflow && key.name == "tasks");
}

Value not_null() {
  return Map{{"not", type("null")}};
}

// Where nothing is inherited, `null` removes nothing.
Value without_removals(Place place) {
  Map properties;
  for (const Key& key : all_keys()) {
    if (key.place == place && can_be_removed(key)) properties.set(Value(key.name), not_null());
  }
  if (place == Place::workflow) {
    Map defaults = without_removals(Place::task_defaults).as_map();
    defaults.set(Value("not"), type("null"));
    properties.set(Value("task-defaults"), Value(std::move(defaults)));
  }
  return Map{{"properties", Value(std::move(properties))}};
}

// What says that something is inherited.
Value inherits(Place place) {
  const Value merges =
      Map{{"required", List{"override"}}, {"properties", Map{{"override", Map{{"const", "merge"}}}}}};
  if (place == Place::task) return merges;
  return any_of({Map{{"required", List{"extends"}}}, merges});
}

// All keys of one place. Unknown keys of a workflow have no effect, so editors may mark them, but they are no
// error; they are refused here like everywhere else, since nobody means them.
Value of_place(Place place, List required) {
  const bool inheriting = place == Place::workflow || place == Place::action || place == Place::task;
  const bool removes = inheriting || place == Place::task_defaults;
  Map properties;
  for (const Key& key : all_keys()) {
    if (key.place != place) continue;
    Map one = of_key(key).as_map();
    if (removes && can_be_removed(key)) one = any_of({type("null"), Value(std::move(one))}).as_map();
    if (!key.meaning.empty()) one.set(Value("description"), Value(key.meaning));
    properties.set(Value(key.name), Value(std::move(one)));
  }
  Map schema{{"type", "object"},
             {"minProperties", 1},
             {"properties", Value(std::move(properties))},
             {"additionalProperties", false}};
  if (inheriting) {
    schema.set(Value("if"), inherits(place));
    schema.set(Value("else"), without_removals(place));
  }
  if (!required.empty()) schema.set(Value("required"), Value(std::move(required)));
  return Value(std::move(schema));
}

Value targets() {
  const Value one = any_of({text(), pair_of(expression())});
  return any_of({one, items_of(one)});
}

}  // namespace

Value json_schema() {
  Map definitions;
  const auto define = [&](Place place, std::string_view name, List required = {}) {
    definitions.set(Value(name), of_place(place, std::move(required)));
  };
  define(Place::workbook, "workbook", {"version", "name"});
  define(Place::workflow, "workflow");
  define(Place::action, "action");
  define(Place::task, "task");
  define(Place::task_defaults, "task-defaults");
  define(Place::retry, "retry", {"count", "delay"});
  define(Place::clause, "transition");
  define(Place::publish, "publish");
  define(Place::context_key, "context-key");
  definitions.set(Value("targets"), targets());
  const Value list = Map{{"type", "object"},
                         {"required", List{"version"}},
                         {"properties", Map{{"version", of_shape(Shape::version)}, {"dialect", text()}}},
                         {"additionalProperties", any_of({reference("workflow"), reference("action")})}};
  const Value file =
      Map{{"if", Map{{"required", List{"name"}}, {"properties", Map{{"name", type("string")}}}}},
          {"then", reference("workbook")},
          {"else", list}};
  Map schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
             {"title", "Gregale and Mistral workflows, version 2"}};
  for (const Map::Entry& entry : file.as_map()) schema.set(entry.key, entry.value);
  schema.set(Value("definitions"), Value(std::move(definitions)));
  return Value(std::move(schema));
}

}  // namespace gregale::compiler
