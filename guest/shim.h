/* What the parts of the library that is preloaded into the kernel process ask of each other. */
#include <stdint.h>
#include <sys/types.h>

/* A process of the guest was made, whose CPU time is the lab's (cost.c). */
void remember_process(pid_t process);

/* A step of the test begins: stops here if a debugger is to be attached there (hold.c). */
void hold_at(uint32_t step);
