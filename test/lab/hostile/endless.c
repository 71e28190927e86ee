/* A program that answers any question without end. */
#include <stdio.h>

int main(void)
{
	for (;;)
		puts("6.1 and so on, and so on, and so on");
}
