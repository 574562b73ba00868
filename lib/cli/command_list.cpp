// list: the models this program knows.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/terminal/console.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

nlohmann::json model_json(const Task& task) {
  const Settings s = task.defaults();
  nlohmann::json j = {{"name", task.name()},      {"summary", task.summary()},
                      {"algorithm", s.algorithm}, {"layers", s.layers},
                      {"tying", s.tying},         {"epochs", s.epochs},
                      {"data", task.data()},      {"options", nlohmann::json::array()}};
  for (const Option& o : task.options())
    j["options"].push_back(
        {{"name", o.name}, {"default", o.standard()}, {"values", o.values()}, {"meaning", o.meaning}});
  return j;
}

}  // namespace

void add_list(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "list",
      "Show the models, with their default algorithm and layers; or the choices that one of them has");
  const auto model = std::make_shared<std::string>();
  command->add_option("MODEL", *model, "Name of a model, to show what --set takes")->type_name("");
  add_json(*command, program,
           "models, each with name, summary, algorithm, layers, tying, epochs, data (what --data names) and "
           "options (name, default, values, meaning)");
  add_examples(*command, program, {"list", "list MODEL", "list --json -"});
  command->callback([&program, model] {
    program.action = [&program, model] {
      if (!model->empty()) {
        const Task& task = find_task(program.tasks, *model);
        program.json->object["models"] = nlohmann::json::array({model_json(task)});
        out("{}: {}\n", task.name(), task.summary());
        out("--data: {}the model makes its own\n",
            task.data().empty() ? "none, " : task.data() + "; without it ");
        Table table{{"--set", "default", "may be", ""}, {}, {true, true, true, true}};
        for (const Option& o : task.options())
          table.rows.push_back({o.name, o.standard(), o.values(), o.meaning});
        if (!table.rows.empty()) out("{}", to_text(table));
        return 0;
      }
      Table table{{"model", "algorithm", "layers", "epochs", ""}, {}, {true, true, false, false, true}};
      program.json->object["models"] = nlohmann::json::array();
      for (const auto& task : program.tasks) {
        program.json->object["models"].push_back(model_json(*task));
        const Settings s = task->defaults();
        table.rows.push_back(
            {task->name(), s.algorithm, std::to_string(s.layers), std::to_string(s.epochs), task->summary()});
      }
      out("{}", to_text(table));
      return 0;
    };
  });
}

}  // namespace unfurl::app
