// Exported programs, run by ONNX Runtime in a process of node, for tests.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "backend/onnx/program.hpp"
#include "grad/evaluate.hpp"
#include "onnx_checker.hpp"
#include "paths.hpp"

namespace unfurl::test {

/// A model and what it gives; results in the order of Numbers, [plane][row][sample].
class OnnxProgram {
 public:
  /// The folder of node's modules that has onnxruntime-node: UNFURL_NODE_MODULES.
  static const char* modules() { return std::getenv("UNFURL_NODE_MODULES"); }
  static bool there_is_a_runtime() {
    static const bool there = modules() && *modules() && std::system("node --version > /dev/null 2>&1") == 0;
    if (!there)
      MESSAGE("no UNFURL_NODE_MODULES with onnxruntime-node: what is exported is checked, and not run");
    return there;
  }

  OnnxProgram(const ir::Graph& program, const Numbers& parameters, bool doubles,
              std::vector<Input> inputs = {}, const std::vector<CarriedState>& states = {})
      : doubles_(doubles), inputs_(std::move(inputs)) {
    if (inputs_.empty()) {
      std::set<std::string> known;
      for (int i = 0; i < program.size(); ++i)
        if (const ir::Node& node = program[ir::Value{i}]; node.is_input() && known.insert(node.name()).second)
          inputs_.push_back({node.name(), node.type.with(Domain::real)});
    }
    for (const auto& [name, v] : program.outputs) outputs_[name] = program.type(v);
    for (int i = 0; i < program.size(); ++i)
      if (program[ir::Value{i}].is_input()) read_.insert(program[ir::Value{i}].name());
    model = onnx::write(program, parameters, inputs_, states, {"net", doubles, ""});
    CHECK(onnx_objection(model) == "");
  }

  Numbers run(const Numbers& leaves, int batch) const {
    return doubles_ ? run_as<double>(leaves, batch) : run_as<float>(leaves, batch);
  }

  std::string model;

 private:
  struct Folder {
    std::filesystem::path path;
    Folder() {
      static std::atomic<int> count{0};
      path = std::filesystem::temp_directory_path() /
             ("unfurl-onnx-" + std::to_string(getpid()) + "-" + std::to_string(count++));
      std::filesystem::create_directories(path);
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };

  template <class T>
  Numbers run_as(const Numbers& leaves, int batch) const {
    const Folder folder;
    const auto width = static_cast<std::size_t>(batch);
    nlohmann::json feeds = nlohmann::json::array();
    std::ofstream(folder.path / "model.onnx", std::ios::binary) << model;
    for (const Input& input : inputs_) {
      if (read_.count(input.name) == 0) continue;
      const std::vector<double>& from = leaves.at(input.name);
      const std::size_t n = input.type.size();
      std::vector<T> to(n * width);
      for (std::size_t l = 0; l < width; ++l)
        for (std::size_t i = 0; i < n; ++i) to[l * n + i] = static_cast<T>(from[i * width + l]);
      const std::string file = "feed" + std::to_string(feeds.size());
      std::ofstream(folder.path / file, std::ios::binary)
          .write(reinterpret_cast<const char*>(to.data()),
                 static_cast<std::streamsize>(to.size() * sizeof(T)));
      nlohmann::json dims = {batch};
      if (input.type.planes != 1) dims.push_back(input.type.planes);
      dims.push_back(input.type.rows);
      feeds.push_back({{"name", input.name},
                       {"type", sizeof(T) == sizeof(float) ? "float32" : "float64"},
                       {"dims", dims},
                       {"file", file}});
    }
    std::ofstream(folder.path / "feeds.json") << feeds;
    const std::string log = (folder.path / "log").string();
    const int failed = std::system(("node '" + std::string(source_folder) + "/tests/onnxruntime.cjs' '" +
                                    modules() + "' '" + folder.path.string() + "' > '" + log + "' 2>&1")
                                       .c_str());
    std::ostringstream said;
    said << std::ifstream(log).rdbuf();
    REQUIRE_MESSAGE(failed == 0, said.str());
    Numbers results;
    for (const auto& r : nlohmann::json::parse(std::ifstream(folder.path / "results.json"))) {
      const ir::Type& type = outputs_.at(r.at("name").template get<std::string>());
      const std::size_t n = type.size(), samples = type.lanes ? width : 1;
      std::vector<T> from(n * width);
      std::ifstream in(folder.path / r.at("file").template get<std::string>(), std::ios::binary);
      in.read(reinterpret_cast<char*>(from.data()), static_cast<std::streamsize>(from.size() * sizeof(T)));
      std::vector<double>& to = results[r.at("name").template get<std::string>()];
      to.resize(n * samples);
      for (std::size_t l = 0; l < samples; ++l)
        for (std::size_t i = 0; i < n; ++i) to[i * samples + l] = static_cast<double>(from[l * n + i]);
    }
    return results;
  }

  bool doubles_;
  std::vector<Input> inputs_;
  std::map<std::string, ir::Type> outputs_;
  std::set<std::string> read_;
};

}  // namespace unfurl::test
