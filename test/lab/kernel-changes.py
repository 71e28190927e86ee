"""What a program sees of its memory and of the clock; kernel-changes.test.ts runs it on kernels with and without kernel/patches."""
import ctypes
import mmap
import os
import signal
import socket
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
LIBRARY = os.path.realpath("/usr/lib/x86_64-linux-gnu/libcrypto.so.3")
PAGE = 4096


def address_of(mapping):
    return ctypes.addressof(ctypes.c_char.from_buffer(mapping))


def private(path, length=0):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), length, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)


def bytes_of(path, offset, length):
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length)


def af_alg():
    """The kernel takes hold of pages of a mapped file."""
    mapping = private(LIBRARY)
    with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET) as algorithm:
        algorithm.bind(("hash", "sha256"))
        operation, _ = algorithm.accept()
        with operation:
            operation.sendall(memoryview(mapping)[: 40 * PAGE + 17])
            digest = operation.recv(64)
    import hashlib

    return digest == hashlib.sha256(bytes_of(LIBRARY, 0, 40 * PAGE + 17)).digest()


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def vmsplice():
    mapping = private(LIBRARY)
    read, write = os.pipe()
    vector = Vector(address_of(mapping) + 3 * PAGE, 2 * PAGE)
    sent = libc.vmsplice(write, ctypes.byref(vector), ctypes.c_ulong(1), 0)
    return sent == 2 * PAGE and os.read(read, sent) == bytes_of(LIBRARY, 3 * PAGE, sent)


def other_memory():
    """/proc/PID/mem, as debuggers use it, on another process's untouched pages."""
    mapping = private(LIBRARY)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(read, 1)
        os._exit(0)
    at = address_of(mapping) + 7 * PAGE
    with open(f"/proc/{child}/mem", "rb", buffering=0) as memory:
        memory.seek(at)
        seen = memory.read(PAGE)
    os.write(write, b"x")
    os.waitpid(child, 0)
    return seen == bytes_of(LIBRARY, 7 * PAGE, PAGE)


def private_writes():
    """Neither the file nor a child sees what is written to a private mapping."""
    before = bytes_of(LIBRARY, 0, 64 * PAGE)
    mapping = private(LIBRARY)
    for page in range(5, 60, 11):
        mapping[page * PAGE] = 0xA5
    child = os.fork()
    if child == 0:
        mapping[5 * PAGE] = 0x5A
        os._exit(mapping[16 * PAGE] == 0xA5 and mapping[6 * PAGE : 7 * PAGE] == before[6 * PAGE : 7 * PAGE])
    _, status = os.waitpid(child, 0)
    return (
        os.waitstatus_to_exitcode(status) == 1
        and mapping[5 * PAGE] == 0xA5
        and mapping[PAGE : 5 * PAGE] == before[PAGE : 5 * PAGE]
        and bytes_of(LIBRARY, 0, 64 * PAGE) == before
    )


def shared_writes():
    """A file of the image becomes one of the host's when it is opened for writing."""
    path = "/etc/services"
    before = bytes_of(path, 0, 1 << 20)
    with open(path, "r+b") as file:
        mapping = mmap.mmap(file.fileno(), 0)
        mapping[0:4] = b"WAS "
        mapping.flush()
    return bytes_of(path, 0, 1 << 20) == b"WAS " + before[4:]


def signal_of(body):
    child = os.fork()
    if child == 0:
        body()
        os._exit(0)
    return -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def end_of_file():
    """Pages behind a file's end are none; the last one ends in zeros."""
    path = "/etc/debian_version"
    size = os.path.getsize(path)
    tail = private(path)
    padded = ctypes.string_at(address_of(tail), PAGE)[size:] == bytes(PAGE - size)

    def beyond():
        with open(path, "rb") as file:
            at = libc.mmap(None, 4 * PAGE, 3, mmap.MAP_PRIVATE, file.fileno(), 0)
        ctypes.memset(at + 1, 0x20, 1)
        ctypes.memset(at + 2 * PAGE, 0x20, 1)

    return padded and signal_of(beyond) == signal.SIGBUS


def mapping_over_mapping():
    """What a longer mapping showed is gone where a shorter file is mapped over it, before a program runs again."""
    page_tables = 4 << 20

    def over():
        with open(LIBRARY, "rb") as long, open("/etc/debian_version", "rb") as short:
            at = libc.mmap(None, page_tables, 1, mmap.MAP_PRIVATE, long.fileno(), 0)
            ctypes.string_at(at, page_tables // 2)
            libc.mmap(ctypes.c_void_p(at), page_tables, 1, mmap.MAP_PRIVATE | 0x10, short.fileno(), 0)
        ctypes.string_at(at + 8 * PAGE, 1)

    return signal_of(over) == signal.SIGBUS


def protection():
    """A page that may not be written to raises a signal, and the one beside it does not."""
    at = libc.mmap(None, 4 * PAGE, 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    ctypes.memset(at, 1, 4 * PAGE)
    libc.mprotect(ctypes.c_void_p(at + PAGE), PAGE, 1)

    def write_there():
        ctypes.memset(at + PAGE, 2, 1)

    ctypes.memset(at + 2 * PAGE, 2, PAGE)
    caught = signal_of(write_there) == signal.SIGSEGV
    libc.mprotect(ctypes.c_void_p(at + PAGE), PAGE, 3)
    ctypes.memset(at + PAGE, 2, 1)
    return caught and ctypes.string_at(at + PAGE, 2) == b"\2\1"


def execution():
    """Programs run from the image, from a copy over it, and from one that was changed."""
    copy = "/usr/local/bin/true-copy"
    subprocess.run(["cp", "/usr/bin/true", copy], check=True)
    with open("/usr/bin/true", "r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(b"changed")
    return all(subprocess.run([path], check=False, stdout=subprocess.DEVNULL).returncode == 0 for path in (copy, "/usr/bin/true", "/usr/bin/env"))


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def ask_kernel(clock):
    spec = Timespec()
    libc.syscall(228, clock, ctypes.byref(spec))
    return spec.seconds * 10**9 + spec.nanoseconds


def clocks():
    """
    Readings with and without a system call step one clock by 256 ns. More is where the kernel reads it too: a tick every 10 ms,
    memory that is asked for. For a comparison with another kernel it prints the first readings, counted from the first of all,
    and the moments of longer steps.
    """
    steps = []
    for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC):
        readings = [ask_kernel(clock)]
        for index in range(60_000):
            readings.append(ask_kernel(clock) if index % 7 == 0 else time.clock_gettime_ns(clock))
        own = [later - earlier for earlier, later in zip(readings, readings[1:])]
        print(*(reading - readings[0] for reading in readings[:300]), sep="\n")
        print(*((moment, step) for moment, step in zip(readings, own) if step != 256), sep="\n")
        steps += own
    return all(step > 0 and step % 256 == 0 for step in steps) and steps.count(256) > len(steps) - 100


def namespace():
    """A time namespace has a monotonic clock of its own."""
    command = ["unshare", "--time", "--fork", "--monotonic", "100000", "cat", "/proc/uptime"]
    script = "import time; print(int(time.clock_gettime(time.CLOCK_MONOTONIC)))"
    command[-2:] = [sys.executable, "-c", script]
    inside = int(subprocess.run(command, check=True, capture_output=True).stdout)
    return inside - int(time.clock_gettime(time.CLOCK_MONOTONIC)) == 100_000


for check in sys.argv[1:]:
    print(check, globals()[check]())
