// What stands around the functions of every file.
#include "backend/c/files.hpp"

namespace unfurl::c {

const char of_floats[] = R"(
#include <float.h>
#include <math.h>

typedef float real;
#define R(x) x##f
#define EXP expf
#define EXPM1 expm1f
#define FABS fabsf
#define FLOOR floorf
#define LOG logf
#define LOG1P log1pf
#define POW powf
#define SQRT sqrtf
#define TANH tanhf
#define MOST FLT_MAX
#define EPSILON FLT_EPSILON
#define FORMAT "%f"
)";
const char of_doubles[] = R"(
#include <float.h>
#include <math.h>

typedef double real;
#define R(x) x
#define EXP exp
#define EXPM1 expm1
#define FABS fabs
#define FLOOR floor
#define LOG log
#define LOG1P log1p
#define POW pow
#define SQRT sqrt
#define TANH tanh
#define MOST DBL_MAX
#define EPSILON DBL_EPSILON
#define FORMAT "%lf"
)";
const char border[] = R"(
/* Data, sample after sample, with samples innermost; 0 where a number is none that they may hold. */
static int take(real *to, const real *from, int entries, real least, real most, int whole, int gaps) {
  for (int l = 0; l < @N_batch; ++l)
    for (int i = 0; i < entries; ++i) {
      const real x = from[l * entries + i];
      const int fits = x >= least && x <= most && (!whole || x == FLOOR(x));
      if (!fits && !(gaps && x != x)) return 0;
      to[i * @N_batch + l] = x;
    }
  return 1;
}

/* The reverse; 0 where a number is not finite. */
static int give(real *to, const real *from, int entries, int entry_step, int sample_step) {
  int finite = 1;
  for (int l = 0; l < @N_batch; ++l)
    for (int i = 0; i < entries; ++i) {
      const real x = from[i * entry_step + l * sample_step];
      if (!(FABS(x) <= MOST)) finite = 0;
      to[l * entries + i] = x;
    }
  return finite;
}
)";

}  // namespace unfurl::c
