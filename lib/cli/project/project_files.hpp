// The files of a user's project.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace unfurl::app {

/// Names in the project's folder, and what they hold, for a project and model of this name.
std::vector<std::pair<std::string, std::string>> project_files(const std::string& name);

}  // namespace unfurl::app
