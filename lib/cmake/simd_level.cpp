// Prints the highest x86-64 level (v2, v3, v4) that both the processor and the operating system support.
#include <cstdio>

int main() {
  __builtin_cpu_init();
  const bool v3 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd");
  std::fputs(v4 ? "v4" : v3 ? "v3" : "v2", stdout);
}
