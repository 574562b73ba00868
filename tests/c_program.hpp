// Exported programs, compiled by the system's C compiler and run in this process, for tests.
#pragma once

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "backend/c/program.hpp"
#include "grad/evaluate.hpp"

namespace unfurl::test {

/// A program in C that is loaded; results in the order of Numbers, [plane][row][sample].
class CProgram {
 public:
  static std::string compiler() {
    const char* const given = std::getenv("CC");
    return given && *given ? given : "cc";
  }
  static bool there_is_a_compiler() {
    static const bool there = std::system((compiler() + " --version > /dev/null 2>&1").c_str()) == 0;
    if (!there) MESSAGE("no C compiler: what is exported is not compiled");
    return there;
  }
  static std::string flags() { return " -std=c99 -Wall -Wextra -Wconversion -pedantic -Werror"; }

  CProgram(const ir::Graph& program, const Numbers& parameters, int batch, bool doubles,
           std::vector<Input> inputs = {})
      : batch_(batch), doubles_(doubles), inputs_(std::move(inputs)), folder_(make_folder()) {
    if (inputs_.empty()) {
      std::set<std::string> known;
      for (int i = 0; i < program.size(); ++i)
        if (const ir::Node& node = program[ir::Value{i}]; node.is_input() && known.insert(node.name()).second)
          inputs_.push_back({node.name(), node.type.with(Domain::real)});
    }
    c::Options options{.name = "net", .batch = batch, .doubles = doubles};
    files = c::write(program, parameters, inputs_, {}, options);
    for (const auto& [name, v] : program.outputs) outputs_.emplace_back(name, program.type(v));
    std::erase_if(inputs_, [&](const Input& i) {
      return std::find(files.inputs.begin(), files.inputs.end(), i.name) == files.inputs.end();
    });
    compile();
  }
  CProgram(const CProgram&) = delete;
  CProgram& operator=(const CProgram&) = delete;
  ~CProgram() {
    if (library_) dlclose(library_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  Numbers run(const Numbers& leaves) { return doubles_ ? run_as<double>(leaves) : run_as<float>(leaves); }

  c::Files files;
  int status = 0;  ///< of the last run

 private:
  static std::filesystem::path make_folder() {
    static std::atomic<int> count{0};
    auto folder = std::filesystem::temp_directory_path() /
                  ("unfurl-c-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(folder);
    return folder;
  }
  void compile() {
    std::ofstream(folder_ / "net.h") << files.header;
    std::ofstream code(folder_ / "net.c");
    code << files.code << "int net_call(void *const *p);\nint net_call(void *const *p) { return net_run(p[0]";
    for (std::size_t i = 1; i <= inputs_.size() + outputs_.size(); ++i) code << ", p[" << i << "]";
    code << "); }\nunsigned long net_size(void);\nunsigned long net_size(void) { return sizeof(struct net); "
            "}\n";
    code.close();
    const std::string so = (folder_ / "net.so").string(), log = (folder_ / "log").string();
    const int failed = std::system((compiler() + flags() + " -O1 -shared -fPIC -o " + so + " " +
                                    (folder_ / "net.c").string() + " -lm > " + log + " 2>&1")
                                       .c_str());
    std::ostringstream said;
    said << std::ifstream(log).rdbuf();
    REQUIRE_MESSAGE(failed == 0, said.str());
    library_ = dlopen(so.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library_ != nullptr);
    call_ = reinterpret_cast<int (*)(void* const*)>(dlsym(library_, "net_call"));
    const auto size = reinterpret_cast<unsigned long (*)()>(dlsym(library_, "net_size"));
    REQUIRE(static_cast<bool>(call_));
    CHECK(size() >= files.memory);
    CHECK(size() <= files.memory + 8);
    state_.resize(size() / sizeof(double) + 1, std::numeric_limits<double>::quiet_NaN());
  }

  template <class T>
  Numbers run_as(const Numbers& leaves) {
    const auto width = static_cast<std::size_t>(batch_);
    std::vector<std::vector<T>> arrays;
    for (const Input& input : inputs_) {
      const std::vector<double>& from = leaves.at(input.name);
      const std::size_t n = input.type.size();
      std::vector<T>& to = arrays.emplace_back(n * width);
      for (std::size_t l = 0; l < width; ++l)
        for (std::size_t i = 0; i < n; ++i) to[l * n + i] = static_cast<T>(from[i * width + l]);
    }
    for (const auto& [name, type] : outputs_) arrays.emplace_back(type.size() * width);
    std::vector<void*> pointers{state_.data()};
    for (auto& a : arrays) pointers.push_back(a.data());
    status = call_(pointers.data());
    Numbers results;
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      const auto& [name, type] = outputs_[k];
      const std::size_t n = type.size(), samples = type.lanes ? width : 1;
      const std::vector<T>& from = arrays[inputs_.size() + k];
      std::vector<double>& to = results[name];
      to.resize(n * samples);
      for (std::size_t l = 0; l < samples; ++l)
        for (std::size_t i = 0; i < n; ++i) to[i * samples + l] = static_cast<double>(from[l * n + i]);
    }
    return results;
  }

  int batch_;
  bool doubles_;
  std::vector<Input> inputs_;
  std::vector<std::pair<std::string, ir::Type>> outputs_;
  std::filesystem::path folder_;
  void* library_ = nullptr;
  int (*call_)(void* const*) = nullptr;
  std::vector<double> state_;
};

/// Largest difference of finite numbers, in absolute terms; infinite where others do not agree.
inline double distance(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) most = std::max(most, std::isfinite(a[i] - b[i]) ? std::abs(a[i] - b[i]) : HUGE_VAL);
  return most;
}

/// The rule of what is exported: in double equal to the library to 1e-12 of the largest result; in float no farther from the
/// library's double results than four times the library's own floats, and 1e-6 of the range.
inline void check_exported(const std::string& what, bool doubles, const std::vector<double>& exported,
                           const std::vector<double>& in_double, const std::vector<double>& in_float) {
  double range = 0;
  for (const double x : in_double)
    if (std::isfinite(x)) range = std::max(range, std::abs(x));
  const double error = distance(exported, in_double);
  if (doubles)
    CHECK_MESSAGE(error <= 1e-12 * std::max(range, 1e-300), what, ": ", error, " of ", range);
  else
    CHECK_MESSAGE(error <= 4 * distance(in_float, in_double) + 1e-6 * range, what, ": ", error, " of ", range,
                  ", the library ", distance(in_float, in_double));
}

}  // namespace unfurl::test
