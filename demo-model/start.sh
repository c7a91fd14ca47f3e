#!/bin/sh
# Starts or resumes training in the background, on one thread and with the lowest priority; more arguments go to train.py:
#   demo-model/start.sh --data .palimpsest/train/data --out .palimpsest/train/run
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(printf '%s\n' "$@" | sed -n '/^--out$/{n;p;}')
mkdir -p "$out"
# Debian's OpenBLAS takes CPUs that are newer than itself for very old ones, which makes it four times slower.
unset OPENBLAS_L2_SIZE OPENBLAS_CORETYPE
if grep -q avx512bw /proc/cpuinfo; then export OPENBLAS_CORETYPE=SkylakeX
elif grep -q avx2 /proc/cpuinfo; then export OPENBLAS_CORETYPE=Haswell; fi
export OMP_NUM_THREADS="${TRAIN_THREADS:-1}" OPENBLAS_NUM_THREADS="${TRAIN_THREADS:-1}" GOMP_SPINCOUNT=200000
# In every step every expert has another number of rows, and oneDNN a kernel for each number: it keeps them instead of making them anew.
export DNNL_PRIMITIVE_CACHE_CAPACITY=16384
# Large tensors come and go in every step: keep their memory instead of giving it back to the system each time. jemalloc, where it is,
# does so at less cost and gives a third more steps; a process that has grown too large starts itself anew (train.py).
jemalloc=$(ls /usr/lib/*/libjemalloc.so.2 2>/dev/null | head -n 1)
if [ -n "$jemalloc" ]; then export LD_PRELOAD="$jemalloc" MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always; fi
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456
setsid nohup nice -n 19 "${PYTHON:-/usr/bin/python3}" "$here/train.py" "$@" --threads "$OMP_NUM_THREADS" \
  >>"$out/output.txt" 2>&1 </dev/null &
echo "process $! writes to $out"
