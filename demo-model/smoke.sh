#!/bin/sh
# All of training in about a minute, on a little data: tasks, tokenizer, a few steps of the model and of its twin, a stop and a
# resume, an export, a plot. Writes below the given folder. NODE and PYTHON say which programs to use.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: smoke.sh FOLDER}
node=${NODE:-node}
python=${PYTHON:-/usr/bin/python3}
# Newer CPUs than OpenBLAS knows are taken for very old ones; see start.sh.
if grep -q avx512bw /proc/cpuinfo; then export OPENBLAS_CORETYPE=SkylakeX
elif grep -q avx2 /proc/cpuinfo; then export OPENBLAS_CORETYPE=Haswell; fi
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
"$node" "$here/data/make.ts" tokenizer --out "$out/data" --samples 2000 --size 600
"$node" "$here/data/make.ts" pack --out "$out/data" --shards 1 --samples 400
"$python" "$here/train.py" --data "$out/data" --out "$out/run" --steps 4 --budget 2048 --vocabulary 600
"$python" "$here/train.py" --data "$out/data" --out "$out/run" --steps 8 --budget 2048 --vocabulary 600 --log-steps 2
"$python" "$here/train.py" --data "$out/data" --out "$out/twin" --steps 4 --budget 2048 --vocabulary 600 --log-steps 2 --causal
"$python" "$here/train.py" --data "$out/data" --out "$out/decay" --decay-from "$out/run/checkpoint.pt" --decay-steps 3 --budget 2048 \
  --vocabulary 600
"$python" "$here/export.py" "$out/decay/checkpoint.pt" "$out/checkpoint" --tokenizer "$out/data"
"$python" "$here/plot.py" "$out/losses.svg" "$out/run/log.jsonl" "$out/twin/log.jsonl"
