#include "cli/terminal/json_result.hpp"

#include "cli/terminal/console.hpp"
#include "experiment/settings_json.hpp"

namespace unfurl::app {

void JsonResult::write() const {
  if (is_printed())
    print_result(object.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  else if (is_wanted())
    write_json(file, object);
}

}  // namespace unfurl::app
