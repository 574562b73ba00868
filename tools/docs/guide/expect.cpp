// expect FILE PROGRAM ARGUMENT...: whether the program ends well and prints what is in the file. Numbers may be a tenth off, or
// two units of their last digit: other processors round otherwise, and training makes more of it. A word "…" may be any, and
// after a line "…" anything may follow.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> words(std::string text) {
  for (char& c : text)
    if (std::strchr("[](),;", c) != nullptr) c = ' ';
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

/// What a number of this many digits behind the point may be off.
double room(const std::string& word, double value) {
  const std::size_t point = word.find('.');
  if (point == std::string::npos) return 0;
  const double unit = std::pow(10, -static_cast<double>(word.size() - point - 1));
  return std::fmax(std::fabs(value) / 10, 2 * unit);
}

bool alike(const std::string& wanted, const std::string& seen) {
  if (wanted == seen || wanted == "…") return true;
  char *end = nullptr, *other = nullptr;
  const double a = std::strtod(wanted.c_str(), &end), b = std::strtod(seen.c_str(), &other);
  return *end == 0 && *other == 0 && std::fabs(a - b) <= room(wanted, a);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  std::string command;
  for (int i = 2; i < count; ++i) command += std::string(i > 2 ? " " : "") + "'" + arguments[i] + "'";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return 2;
  std::string printed;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) printed += static_cast<char>(c);
  const int status = pclose(pipe);
  std::fputs(printed.c_str(), stdout);
  if (status != 0) return std::printf("status %d\n", status), 1;

  std::ifstream file(arguments[1]);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const bool open = text.ends_with("\n…\n");
  std::vector<std::string> wanted = words(text), seen = words(printed);
  if (open) wanted.pop_back();
  if (open && seen.size() > wanted.size()) seen.resize(wanted.size());
  for (std::size_t i = 0; i < wanted.size() || i < seen.size(); ++i)
    if (i >= wanted.size() || i >= seen.size() || !alike(wanted[i], seen[i]))
      return std::printf("word %zu: '%s', and the page has '%s'\n", i + 1,
                         i < seen.size() ? seen[i].c_str() : "", i < wanted.size() ? wanted[i].c_str() : ""),
             1;
  return text.empty() ? std::printf("'%s' is empty\n", arguments[1]), 1 : 0;
}
