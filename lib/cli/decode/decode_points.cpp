// Error rates at levels of noise: counted, or over all errors.
#include <fmt/format.h>

#include <chrono>

#include "cli/decode/decode.hpp"
#include "cli/other_level.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/interrupt.hpp"
#include "cli/terminal/progress.hpp"
#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/folders/run_folder.hpp"
#include "experiment/machine.hpp"
#include "experiment/settings_json.hpp"
#include "report/rates_page.hpp"
#include "report/table.hpp"

namespace unfurl::app {

namespace {

using Clock = std::chrono::steady_clock;

const char* channel_name(const Code& code, bool awgn) {
  if (awgn) return "BPSK over AWGN";
  return code.qubits == Code::Qubits::none ? "independent bit flips" : "depolarising noise";
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

nlohmann::json point_json(const ErrorCounts& c, const char* level, int bits) {
  const auto [ber_low, ber_high] = c.bit_error_interval(bits);
  const auto [fer_low, fer_high] = c.word_error_interval();
  return {{level, c.level},
          {"frames", c.words},
          {"bit_errors", c.bit_errors},
          {"frame_errors", c.word_errors},
          {"ber", c.bit_error_rate(bits)},
          {"ber_interval", {ber_low, ber_high}},
          {"fer", c.word_error_rate()},
          {"fer_interval", {fer_low, fer_high}},
          {"unmet", c.unmet},
          {"iterations_mean",
           static_cast<double>(c.iterations) / static_cast<double>(std::max<std::int64_t>(1, c.words))},
          {"iterations_sum", c.iterations},
          {"squared_bit_errors", c.squared_bit_errors}};
}

ErrorCounts counts_from(const nlohmann::json& j, const char* level) {
  ErrorCounts c{j.at(level).get<double>()};
  c.words = j.at("frames").get<std::int64_t>();
  c.word_errors = j.at("frame_errors").get<std::int64_t>();
  c.bit_errors = j.at("bit_errors").get<std::int64_t>();
  c.squared_bit_errors = j.at("squared_bit_errors").get<std::int64_t>();
  c.unmet = j.at("unmet").get<std::int64_t>();
  c.iterations = j.at("iterations_sum").get<std::int64_t>();
  if (c.words < 0 || c.word_errors < 0 || c.word_errors > c.words)
    throw DataError(fmt::format("{} wrong words of {}", c.word_errors, c.words));
  return c;
}

/// What decides the counts, of a report.
nlohmann::json settings_of_counts(const nlohmann::json& report) {
  nlohmann::json j;
  for (const char* key :
       {"code", "bits", "checks", "decoder", "amount", "iterations", "early_stop", "stop_together", "osd",
        "seed", "random_words", "channel", "shortened", "punctured"})
    if (report.contains(key)) j[key] = report.at(key);
  return j;
}

std::vector<ErrorCounts> counts_before(const DecodeOptions& options, const nlohmann::json& report,
                                       const char* level) {
  std::vector<ErrorCounts> counts;
  if (!options.resume || !std::filesystem::exists(options.json)) return counts;
  const nlohmann::json before = read_json(options.json);
  try {
    if (settings_of_counts(before) != settings_of_counts(report))
      throw DataError("these counts are of another code, decoder, channel or seed", options.json.string(),
                      "leave out --resume, or give another --json");
    for (const auto& point : before.at("points")) counts.push_back(counts_from(point, level));
    warn_of_other_level(options.json);
  } catch (const nlohmann::json::exception&) {
    throw DataError("this is no report of decode", options.json.string(),
                    "leave out --resume, or give another --json");
  }
  return counts;
}

/// Reports of other decoders for the same page, before the work that it shall show.
std::vector<nlohmann::json> reports_beside(const DecodeOptions& options, const nlohmann::json& channel) {
  std::vector<nlohmann::json> reports;
  for (const std::filesystem::path& file : options.beside) {
    reports.push_back(read_json(file));
    try {
      (void)rates_page({reports.back()});
    } catch (const nlohmann::json::exception&) {
      throw DataError("this is no report of decode", file.string(), "give what --json FILE wrote");
    }
    if (reports.back().at("channel") != channel)
      throw DataError("these rates are of another channel", file.string(), "give those of one kind of noise");
  }
  return reports;
}

/// No report takes the place of what is read or written beside it.
void prepare_reports(const DecodeOptions& options) {
  std::vector<std::filesystem::path> others = options.beside;
  others.insert(others.end(), {options.code, options.save});
  if (!options.run.empty()) others.insert(others.end(), {options.run, checkpoint_of(options.run)});
  for (const std::filesystem::path& file :
       {is_kept(options) ? options.json : std::filesystem::path(), options.html}) {
    if (file.empty()) continue;
    prepare_output(file, others);
    others.push_back(file);
  }
}

void print_points(const std::vector<ErrorCounts>& points, const char* level, int bits) {
  Table table{{level, "frames", "frame errors", "FER", "95 %", "BER", "95 %", "iterations"}, {}, {}};
  table.left.assign(table.headers.size(), false);
  for (const ErrorCounts& c : points) {
    const auto [fer_low, fer_high] = c.word_error_interval();
    const auto [ber_low, ber_high] = c.bit_error_interval(bits);
    table.rows.push_back(
        {fmt::format("{:g}", c.level), fmt::format("{}", c.words), fmt::format("{}", c.word_errors),
         fmt::format("{:.3e}", c.word_error_rate()), fmt::format("[{:.2e}, {:.2e}]", fer_low, fer_high),
         fmt::format("{:.3e}", c.bit_error_rate(bits)), fmt::format("[{:.2e}, {:.2e}]", ber_low, ber_high),
         fmt::format("{:.2f}", static_cast<double>(c.iterations) / static_cast<double>(c.words))});
  }
  out("{}", to_text(table));
}

}  // namespace

int simulate_points(const Program& program, const DecodeOptions& options, const Code& code) {
  const bool awgn = !options.ebn0.empty();
  const char* level = awgn ? "ebn0_db" : "p";
  const std::vector<double> grid =
      awgn ? read_grid(options.ebn0, "--ebn0", -50, 100) : read_grid(options.p, "--p", 0, 1000);
  prepare_reports(options);
  NamedDecoder decoder = make_decoder(program, options, code, !awgn);
  nlohmann::json report = decoder_json(options, code, decoder);
  report["channel"] = channel_name(code, awgn);
  std::vector<nlohmann::json> reports = reports_beside(options, report["channel"]);
  if (options.decoder.amount) report["amount"] = *options.decoder.amount;
  report["seed"] = options.simulation.seed;
  report["random_words"] = options.simulation.random_words;
  report["frame_errors_wanted"] = options.simulation.word_errors;
  report["machine"] = to_json(this_machine(options.simulation.threads));
  report["command"] = program.command_line;
  const std::vector<ErrorCounts> before = counts_before(options, report, level);

  const auto start = Clock::now();
  auto written = start;
  const Interrupt interrupt;
  std::vector<ErrorCounts> points;
  const auto write = [&](const ErrorCounts* now) {
    report["points"] = nlohmann::json::array();
    for (const ErrorCounts& c : points) report["points"].push_back(point_json(c, level, code.bits()));
    if (now != nullptr) report["points"].push_back(point_json(*now, level, code.bits()));
    report["seconds"] = seconds_since(start);
    program.json->object.update(report);
    if (is_kept(options)) program.json->write();
    written = Clock::now();
  };
  {
    Progress progress("decode", 1);
    for (std::size_t i = 0; i < grid.size() && !interrupt.wanted(); ++i) {
      ErrorCounts counts;
      for (const ErrorCounts& c : before)
        if (c.level == grid[i]) counts = c;
      const auto after = [&](const ErrorCounts& c) {
        const double share =
            std::max(static_cast<double>(c.word_errors) / static_cast<double>(options.simulation.word_errors),
                     static_cast<double>(c.words) / static_cast<double>(options.simulation.most_words));
        progress.work((static_cast<double>(i) + std::min(1.0, share)) / static_cast<double>(grid.size()),
                      fmt::format("{} {:g}: {} of {} frames wrong", level, c.level, c.word_errors, c.words));
        constexpr double often = 5;
        if (seconds_since(written) > often) write(&c);
        return !interrupt.wanted();
      };
      points.push_back(simulate(decoder.decoder, code,
                                {awgn ? Channel::Kind::awgn : Channel::Kind::flips, grid[i]},
                                options.simulation, counts, after));
    }
  }
  write(nullptr);
  reports.insert(reports.begin(), report);
  if (!options.html.empty()) detail::write_file(options.html, rates_page(reports));
  print_points(points, awgn ? "Eb/N0 [dB]" : "p", code.bits());
  return interrupt.wanted() ? interrupted_status : 0;
}

int list_exact_rates(const Program& program, const DecodeOptions& options, const Code& code) {
  const std::vector<double> grid = read_grid(options.p, "--p", 0, 1000);
  prepare_reports(options);
  DecodeOptions plain = options;
  plain.running.osd.reset();
  NamedDecoder decoder = make_decoder(program, plain, code, true);
  std::optional<NamedDecoder> with_osd;
  if (options.running.osd) with_osd = make_decoder(program, options, code, true);
  const std::string name = fmt::format("{}, K={}", decoder.name, decoder.iterations),
                    osd_name = fmt::format("{}, OSD-{}", name, options.running.osd.value_or(0));
  nlohmann::json report = decoder_json(options, code, decoder);
  report["noise"] = fmt::format(
      "{} of probability p; a decoder fails where its estimate times the error is logical, or where its "
      "estimate does not meet the syndrome",
      channel_name(code, false));
  report["machine"] = to_json(this_machine(options.simulation.threads));
  report["command"] = program.command_line;
  report["rates"] = nlohmann::json::array();
  Table table{{"p", "maximum likelihood", name, "syndrome not met"}, {}, {}};
  if (with_osd) table.headers.push_back(osd_name);
  table.left.assign(table.headers.size(), false);
  for (const double p : grid) {
    const ExactRates rates = exact_rates(decoder.decoder, code, p);
    nlohmann::json j = {{"p", p},
                        {"maximum likelihood", rates.maximum_likelihood},
                        {name, rates.failure},
                        {name + ", syndrome not met", rates.unmet}};
    std::vector<std::string> row{fmt::format("{:g}", p), fmt::format("{:.6g}", rates.maximum_likelihood),
                                 fmt::format("{:.6g}", rates.failure), fmt::format("{:.6g}", rates.unmet)};
    if (with_osd) {
      const double failure = exact_rates(with_osd->decoder, code, p).failure;
      j[osd_name] = failure;
      row.push_back(fmt::format("{:.6g}", failure));
    }
    report["rates"].push_back(j);
    table.rows.push_back(std::move(row));
  }
  program.json->object.update(report);
  out("{}", to_text(table));
  return 0;
}

}  // namespace unfurl::app
