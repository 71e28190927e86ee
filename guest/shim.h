/* What the parts of the library that is preloaded into the kernel process ask of each other. */
#include <sys/types.h>

/* A process of the guest was made, whose CPU time is the lab's (cost.c). */
void remember_process(pid_t process);
