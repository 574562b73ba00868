#include "report/charts/paint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace unfurl::app {

namespace {

constexpr std::size_t of_roles = 4;  // untrained, tied, scaled, untied

/// Where the colour of a name is looked for first [FNV-1a]. With this start no two names meet of those that `lista`, `letters`,
/// `denoiser`, `decoder` or `tomosar` compare, so that theirs are the same whatever rows a page has.
std::size_t home(const std::string& name) {
  std::uint32_t hash = 2166136261U + 1992;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return of_roles + (hash >> 16) % (colour_count - of_roles);
}

}  // namespace

std::vector<Paint> paints(const std::vector<Series>& series) {
  std::map<std::string, std::size_t> colours;
  std::set<std::size_t> taken;
  std::map<std::string, std::set<int>> depths;
  for (const Series& s : series) {
    depths[s.name].insert(s.layers);
    if (colours.contains(s.name)) continue;
    std::size_t colour = s.role == Role::other ? home(s.name) : static_cast<std::size_t>(s.role) - 1;
    if (s.role == Role::other)
      for (std::size_t tried = of_roles; taken.contains(colour) && tried < colour_count; ++tried)
        colour = colour + 1 < colour_count ? colour + 1 : of_roles;
    colours[s.name] = colour;
    taken.insert(colour);
  }
  std::vector<Paint> all;
  for (const Series& s : series) {
    const std::set<int>& of_name = depths[s.name];
    const auto shallower = std::distance(of_name.find(s.layers), of_name.end()) - 1;
    all.push_back({static_cast<int>(colours[s.name]),
                   1 - 0.6 * static_cast<double>(shallower) / static_cast<double>(of_name.size())});
  }
  return all;
}

std::string css_colour(const Paint& paint) {
  return paint.colour < 0 ? "var(--ink)" : fmt::format("var(--c{})", paint.colour);
}

}  // namespace unfurl::app
