import os

# Before numpy is imported. A question is a few products of small matrices, which one thread does best:
# more of them wait for each other, and a question took twenty times as long on a busy machine.
for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
