// Attention in which every block of queries sees up to two ranges of keys, computed without the scores of unseen pairs.
// Included by kernels.c. One task is one key head of one sequence; its blocks of queries follow one after another, so the
// gradients of keys and values are summed without locks. All arithmetic is float whatever `real` is.
//
//   q, out [batch, queries, heads, width]; k, v [batch, keys, key_heads, width]; row_sums [batch, heads, queries] (log of the softmax's
//   denominator); spans [queries / BLOCK, 5]: first and last key of two ranges, and 1 if the second range is causal (row r of
//   the block sees its first r + 1 keys). Ranges and width are multiples of BLOCK.

// A tile of sums fits the registers: 16 of the 32 of AVX-512, 8 of the 16 of AVX2.
#ifdef __AVX512F__
enum { BLOCK = 32, LANES = 16, ROWS = 8 };
#else
enum { BLOCK = 32, LANES = 8, ROWS = 4 };
#endif
enum { VECTORS = 2, COLUMNS = VECTORS * LANES };

typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// c [m, n] (+)= a [m, depth] b [depth, n]; a's element (i, p) is a[i * row + p * column]. m and n are multiples of ROWS and COLUMNS.
static void multiply(const float *a, long row, long column, const float *b, long stride_b, float *c, long stride_c, long m, long n,
                     long depth, int add) {
  for (long i = 0; i < m; i += ROWS) {
    for (long j = 0; j < n; j += COLUMNS) {
      vector sum[ROWS][VECTORS];
      for (int r = 0; r < ROWS; r++)
        for (int s = 0; s < VECTORS; s++)
          sum[r][s] = add ? *(const vector *)(c + (i + r) * stride_c + j + s * LANES) : (vector){0};
      const float *in = a + i * row;
      for (long p = 0; p < depth; p++) {
        const vector b0 = *(const vector *)(b + p * stride_b + j), b1 = *(const vector *)(b + p * stride_b + j + LANES);
#pragma GCC unroll 8 // at least ROWS
        for (int r = 0; r < ROWS; r++) {
          const float x = in[r * row + p * column];
          sum[r][0] += x * b0;
          sum[r][1] += x * b1;
        }
      }
      for (int r = 0; r < ROWS; r++)
        for (int s = 0; s < VECTORS; s++) *(vector *)(c + (i + r) * stride_c + j + s * LANES) = sum[r][s];
    }
  }
}

// Head `head` of sequence `b` of x [batch, length, heads, width] as float rows; `across` as columns, [width, length].
static void take_head(const real *x, long b, long head, long length, long heads, long width, float *rows, float *across) {
  for (long i = 0; i < length; i++) {
    const real *in = x + ((b * length + i) * heads + head) * width;
    for (long j = 0; j < width; j++) rows[i * width + j] = widen(in[j]);
  }
  if (across)
    for (long i = 0; i < length; i += LANES)
      for (long j = 0; j < width; j++)
        for (long l = i; l < i + LANES; l++) across[j * length + l] = rows[l * width + j];
}

// The queries of one block for the heads that share a key head: [share * BLOCK, width], head by head.
static void take_queries(const real *q, long b, long first, long head, long share, long queries, long heads, long width, float *rows) {
  for (long h = 0; h < share; h++)
    for (long i = 0; i < BLOCK; i++) {
      const real *in = q + ((b * queries + first + i) * heads + head + h) * width;
      for (long j = 0; j < width; j++) rows[(h * BLOCK + i) * width + j] = widen(in[j]);
    }
}

// scores [rows, n0 + n1] of a block's queries with the keys of its two ranges; the hidden triangle is set to -1e30.
static void score(const float *rows, const float *keys_across, const int64_t *span, long m, long keys, long width, float *scores) {
  const long n0 = span[1] - span[0], n1 = span[3] - span[2], n = n0 + n1;
  multiply(rows, width, 1, keys_across + span[0], keys, scores, n, m, n0, width, 0);
  multiply(rows, width, 1, keys_across + span[2], keys, scores + n0, n, m, n1, width, 0);
  if (span[4])
    for (long i = 0; i < m; i++)
      for (long j = i % BLOCK + 1; j < BLOCK; j++) scores[i * n + n0 + j] = -1e30f;
}

void attention_forward(const real *q, const real *k, const real *v, const int64_t *spans, real *out, float *row_sums, long batch, long queries,
                       long keys, long heads, long key_heads, long width, float factor) {
  const long share = heads / key_heads, m = share * BLOCK;
#pragma omp parallel
  {
    float *space = malloc(sizeof(float) * (3 * keys * width + m * (2 * width + keys)));
    float *k_rows = space, *k_across = k_rows + keys * width, *v_rows = k_across + keys * width, *rows = v_rows + keys * width;
    float *result = rows + m * width, *scores = result + m * width;
#pragma omp for schedule(dynamic)
    for (long task = 0; task < batch * key_heads; task++) {
      const long b = task / key_heads, head = task % key_heads;
      take_head(k, b, head, keys, key_heads, width, k_rows, k_across);
      take_head(v, b, head, keys, key_heads, width, v_rows, 0);
      for (long first = 0; first < queries; first += BLOCK) {
        const int64_t *span = spans + first / BLOCK * 5;
        const long n0 = span[1] - span[0], n = n0 + span[3] - span[2];
        take_queries(q, b, first, head * share, share, queries, heads, width, rows);
        score(rows, k_across, span, m, keys, width, scores);
        for (long i = 0; i < m; i++) {
          float *s = scores + i * n, top = -1e30f, sum = 0;
          for (long j = 0; j < n; j++) top = s[j] > top ? s[j] : top;
          for (long j = 0; j < n; j++) {
            s[j] = expf((s[j] - top) * factor);
            sum += s[j];
          }
          row_sums[(b * heads + head * share + i / BLOCK) * queries + first + i % BLOCK] = logf(sum) + top * factor;
          sum = 1.0f / sum;
          for (long j = 0; j < n; j++) s[j] *= sum;
        }
        multiply(scores, n, 1, v_rows + span[0] * width, width, result, width, m, width, n0, 0);
        multiply(scores + n0, n, 1, v_rows + span[2] * width, width, result, width, m, width, n - n0, 1);
        for (long i = 0; i < m; i++) {
          real *to = out + ((b * queries + first + i % BLOCK) * heads + head * share + i / BLOCK) * width;
          for (long j = 0; j < width; j++) to[j] = narrow(result[i * width + j]);
        }
      }
    }
    free(space);
  }
}

void attention_backward(const real *q, const real *k, const real *v, const int64_t *spans, const real *out, const float *row_sums,
                        const real *grad_out, real *grad_q, real *grad_k, real *grad_v, long batch, long queries, long keys, long heads,
                        long key_heads, long width, float factor) {
  const long share = heads / key_heads, m = share * BLOCK;
#pragma omp parallel
  {
    float *space = malloc(sizeof(float) * (6 * keys * width + m * (4 * width + 2 * keys)));
    float *k_rows = space, *k_across = k_rows + keys * width, *v_rows = k_across + keys * width, *v_across = v_rows + keys * width;
    float *sum_k = v_across + keys * width, *sum_v = sum_k + keys * width, *rows = sum_v + keys * width;
    float *grads = rows + m * width, *result = grads + m * width, *outs = result + m * width, *p = outs + m * width, *d = p + m * keys;
#pragma omp for schedule(dynamic)
    for (long task = 0; task < batch * key_heads; task++) {
      const long b = task / key_heads, head = task % key_heads;
      take_head(k, b, head, keys, key_heads, width, k_rows, k_across);
      take_head(v, b, head, keys, key_heads, width, v_rows, v_across);
      for (long j = 0; j < 2 * keys * width; j++) sum_k[j] = 0;
      for (long first = 0; first < queries; first += BLOCK) {
        const int64_t *span = spans + first / BLOCK * 5;
        const long n0 = span[1] - span[0], n1 = span[3] - span[2], n = n0 + n1;
        take_queries(q, b, first, head * share, share, queries, heads, width, rows);
        take_queries(grad_out, b, first, head * share, share, queries, heads, width, grads);
        take_queries(out, b, first, head * share, share, queries, heads, width, outs);
        score(rows, k_across, span, m, keys, width, p);
        multiply(grads, width, 1, v_across + span[0], keys, d, n, m, n0, width, 0);
        multiply(grads, width, 1, v_across + span[2], keys, d + n0, n, m, n1, width, 0);
        for (long i = 0; i < m; i++) {
          const float sum = row_sums[(b * heads + head * share + i / BLOCK) * queries + first + i % BLOCK];
          float dot = 0;
          for (long j = 0; j < width; j++) dot += grads[i * width + j] * outs[i * width + j];
          for (long j = 0; j < n; j++) {
            p[i * n + j] = expf(p[i * n + j] * factor - sum);
            d[i * n + j] = p[i * n + j] * (d[i * n + j] - dot) * factor;
          }
        }
        multiply(d, n, 1, k_rows + span[0] * width, width, result, width, m, width, n0, 0);
        multiply(d + n0, n, 1, k_rows + span[2] * width, width, result, width, m, width, n1, 1);
        multiply(d, 1, n, rows, width, sum_k + span[0] * width, width, n0, width, m, 1);
        multiply(d + n0, 1, n, rows, width, sum_k + span[2] * width, width, n1, width, m, 1);
        multiply(p, 1, n, grads, width, sum_v + span[0] * width, width, n0, width, m, 1);
        multiply(p + n0, 1, n, grads, width, sum_v + span[2] * width, width, n1, width, m, 1);
        for (long i = 0; i < m; i++) {
          real *to = grad_q + ((b * queries + first + i % BLOCK) * heads + head * share + i / BLOCK) * width;
          for (long j = 0; j < width; j++) to[j] = narrow(result[i * width + j]);
        }
      }
      for (long i = 0; i < keys; i++) {
        const long to = ((b * keys + i) * key_heads + head) * width;
        for (long j = 0; j < width; j++) {
          grad_k[to + j] = narrow(sum_k[i * width + j]);
          grad_v[to + j] = narrow(sum_v[i * width + j]);
        }
      }
    }
    free(space);
  }
}
