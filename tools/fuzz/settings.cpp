// What a checkpoint says of the settings that made it.
#include "experiment/settings_json.hpp"
#include "harness.hpp"

void unfurl::fuzz::read(std::string_view input) {
  app::Declaration d;
  const std::string text(input);
  if (!accepted(input.size(), [&] { d = app::declaration_from_text(text, "input"); })) return;
  const std::string written = to_text(d);
  const app::Declaration back = app::declaration_from_text(written, "written");
  law(to_text(back) == written, "what is written reads back equal");
  law(back.settings.layers == d.settings.layers && back.settings.seed == d.settings.seed, "numbers stay");
}
