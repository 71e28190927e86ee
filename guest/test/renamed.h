/* Included before every unit of the agent that the driver is built of: what would touch the machine touches the driver. */
#pragma once
#define bind test_bind
#define clock_gettime test_clock_gettime
#define clock_settime test_clock_settime
#define fopen test_fopen
#define getsockopt test_getsockopt
#define ioctl test_ioctl
#define madvise test_madvise
#define mmap test_mmap
#define nanosleep test_nanosleep
#define open test_open
#define ppoll test_ppoll
#define pread test_pread
#define read test_read
#define readlink test_readlink
#define reboot test_reboot
#define recv test_recv
#define send test_send
#define setns test_setns
#define setsockopt test_setsockopt
#define socket test_socket
#define write test_write
