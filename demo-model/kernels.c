// Fused loops for training on a CPU: each does in one pass over memory what plain tensor code does in five to ten.
// Activations (`real`) are float, or with -DBF16 the upper 16 bits of a float; sums are float. Compiled and called by
// fused.py; the plain twin of every function is in plain.py. Row-major; "rows" are positions of all sequences of a batch.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef BF16
typedef uint16_t real;

static inline float widen(real x) {
  union { uint32_t bits; float value; } v;
  v.bits = (uint32_t)x << 16;
  return v.value;
}

// Rounds to nearest, ties to even.
static inline real narrow(float x) {
  union { float value; uint32_t bits; } v;
  v.value = x;
  return (real)((v.bits + 0x7fff + ((v.bits >> 16) & 1)) >> 16);
}
#else
typedef float real;

static inline float widen(real x) { return x; }
static inline real narrow(float x) { return x; }
#endif

#include "attention.c"

#define EACH_ROW _Pragma("omp parallel for schedule(static)")

// RMSNorm over the last `width` values. Row i is `heads` heads inside a wider row: x + (i / heads) * stride + (i % heads) * width.
// scale[i] = 1 / rms is kept for the way back.
void rms_forward(const real *x, const float *weight, real *y, float *scale, long rows, long width, long heads, long stride, float eps) {
  EACH_ROW
  for (long i = 0; i < rows; i++) {
    const real *in = x + (i / heads) * stride + (i % heads) * width;
    real *out = y + i * width;
    float sum = 0;
    for (long j = 0; j < width; j++) sum += widen(in[j]) * widen(in[j]);
    const float s = 1.0f / sqrtf(sum / width + eps);
    scale[i] = s;
    for (long j = 0; j < width; j++) out[j] = narrow(widen(in[j]) * s * weight[j]);
  }
}

// grad_x is contiguous [rows, width]; grad_weight [threads, width] must be zero and is summed by the caller.
void rms_backward(const real *x, const float *weight, const float *scale, const real *grad_y, real *grad_x, float *grad_weight,
                  long rows, long width, long heads, long stride, long threads) {
#pragma omp parallel for schedule(static)
  for (long t = 0; t < threads; t++) {
    float *sums = grad_weight + t * width;
    for (long i = rows * t / threads; i < rows * (t + 1) / threads; i++) {
      const real *in = x + (i / heads) * stride + (i % heads) * width;
      const real *grad = grad_y + i * width;
      real *out = grad_x + i * width;
      const float s = scale[i];
      float dot = 0;
      for (long j = 0; j < width; j++) {
        const float unit = widen(in[j]) * s, g = widen(grad[j]);
        sums[j] += g * unit;
        dot += g * weight[j] * unit;
      }
      dot /= width;
      for (long j = 0; j < width; j++) out[j] = narrow((widen(grad[j]) * weight[j] - widen(in[j]) * s * dot) * s);
    }
  }
}

// Rotates the first 2 * half values of every head in place; sign -1 turns back. x [batch, length, heads, width], angles [length, half].
void rotate(real *x, const float *cosine, const float *sine, long batch, long length, long heads, long width, long half, float sign) {
  EACH_ROW
  for (long row = 0; row < batch * length; row++) {
    const float *c = cosine + (row % length) * half, *s = sine + (row % length) * half;
    for (long head = 0; head < heads; head++) {
      real *v = x + (row * heads + head) * width;
      for (long j = 0; j < half; j++) {
        const float a = widen(v[j]), b = widen(v[half + j]), turn = sign * s[j];
        v[j] = narrow(a * c[j] - b * turn);
        v[half + j] = narrow(b * c[j] + a * turn);
      }
    }
  }
}

// SwiGLU: x [rows, 2 * width] holds gate | up; y = silu(gate) * up.
void swiglu_forward(const real *x, real *y, long rows, long width) {
  EACH_ROW
  for (long i = 0; i < rows; i++) {
    const real *gate = x + i * 2 * width, *up = gate + width;
    real *out = y + i * width;
    for (long j = 0; j < width; j++) {
      const float g = widen(gate[j]);
      out[j] = narrow(g / (1.0f + expf(-g)) * widen(up[j]));
    }
  }
}

void swiglu_backward(const real *x, const real *grad_y, real *grad_x, long rows, long width) {
  EACH_ROW
  for (long i = 0; i < rows; i++) {
    const real *gate = x + i * 2 * width, *up = gate + width, *grad = grad_y + i * width;
    real *grad_gate = grad_x + i * 2 * width, *grad_up = grad_gate + width;
    for (long j = 0; j < width; j++) {
      const float g = widen(gate[j]), d = widen(grad[j]), s = 1.0f / (1.0f + expf(-g));
      grad_gate[j] = narrow(d * widen(up[j]) * s * (1.0f + g * (1.0f - s)));
      grad_up[j] = narrow(d * g * s);
    }
  }
}

// out[i] = sum over k of weight[i, k] * y[place[i, k]]: brings the experts' rows back to their positions. out [rows, width].
void combine_forward(const real *y, const int64_t *place, const float *weight, real *out, long rows, long k, long width) {
  EACH_ROW
  for (long i = 0; i < rows; i++) {
    float sum[width];
    for (long j = 0; j < width; j++) sum[j] = 0;
    for (long n = 0; n < k; n++) {
      const real *in = y + place[i * k + n] * width;
      const float w = weight[i * k + n];
      for (long j = 0; j < width; j++) sum[j] += w * widen(in[j]);
    }
    for (long j = 0; j < width; j++) out[i * width + j] = narrow(sum[j]);
  }
}

void combine_backward(const real *y, const int64_t *place, const float *weight, const real *grad_out, real *grad_y, float *grad_weight,
                      long rows, long k, long width) {
  EACH_ROW
  for (long i = 0; i < rows; i++) {
    const real *grad = grad_out + i * width;
    for (long n = 0; n < k; n++) {
      const real *in = y + place[i * k + n] * width;
      real *out = grad_y + place[i * k + n] * width;
      const float w = weight[i * k + n];
      float dot = 0;
      for (long j = 0; j < width; j++) {
        const float g = widen(grad[j]);
        dot += g * widen(in[j]);
        out[j] = narrow(w * g);
      }
      grad_weight[i * k + n] = dot;
    }
  }
}

// grad_x[i] = sum over k of grad[place[i, k]]: the way back of copying row i to its k places.
void gather_backward(const real *grad, const int64_t *place, real *grad_x, long rows, long k, long width) {
  EACH_ROW
  for (long i = 0; i < rows; i++) {
    float sum[width];
    for (long j = 0; j < width; j++) sum[j] = 0;
    for (long n = 0; n < k; n++) {
      const real *in = grad + place[i * k + n] * width;
      for (long j = 0; j < width; j++) sum[j] += widen(in[j]);
    }
    for (long j = 0; j < width; j++) grad_x[i * width + j] = narrow(sum[j]);
  }
}

// Cross entropy of logits [rows, width] against labels; loss[i] is unweighted. The logits are overwritten with the gradient of
// sum(weight * loss).
void cross_entropy(real *logits, const int64_t *labels, const float *weight, float *loss, long rows, long width) {
#pragma omp parallel
  {
    float *e = malloc(sizeof(float) * width);
#pragma omp for schedule(static)
    for (long i = 0; i < rows; i++) {
      real *row = logits + i * width;
      float top = -1e30f, sum = 0;
      for (long j = 0; j < width; j++) {
        e[j] = widen(row[j]);
        top = e[j] > top ? e[j] : top;
      }
      const float label = e[labels[i]];
      for (long j = 0; j < width; j++) {
        e[j] = expf(e[j] - top);
        sum += e[j];
      }
      loss[i] = logf(sum) + top - label;
      const float w = weight[i];
      sum = w / sum;
      for (long j = 0; j < width; j++) row[j] = narrow(e[j] * sum);
      row[labels[i]] = narrow(e[labels[i]] * sum - w);
    }
    free(e);
  }
}
