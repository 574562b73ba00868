// list: the models this program knows.
#include <fmt/format.h>

#include "app/command.hpp"
#include "app/table.hpp"

namespace unfurl::app {

void add_list(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("list", "Show the models, with their default algorithm and layers");
  add_examples(*command, program, {"list"});
  command->callback([&program] {
    program.action = [&program] {
      Table table{{"model", "algorithm", "layers", "epochs", ""}, {}, {true, true, false, false, true}};
      for (const auto& task : program.tasks) {
        const Settings s = task->defaults();
        table.rows.push_back(
            {task->name(), s.algorithm, std::to_string(s.layers), std::to_string(s.epochs), task->summary()});
      }
      fmt::print("{}", to_text(table));
      return 0;
    };
  });
}

}  // namespace unfurl::app
