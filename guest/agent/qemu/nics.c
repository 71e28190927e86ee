/* Interfaces of a host that has its machine to itself: the machine's own, which QEMU gave the MAC of the plan. */
#include "../agent.h"
#include "../netlink.h"
#include <dirent.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void net_links(void) {}

static ssize_t attribute(const char *nic, const char *name, char *text, size_t size)
{
	char path[300];
	snprintf(path, sizeof path, "/sys/class/net/%s/%s", nic, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = file < 0 ? -1 : read(file, text, size - 1);
	text[n < 0 ? 0 : n] = 0;
	close(file);
	return n;
}

/* The number of the interface with this MAC in the agent's namespace; 0: there is none. */
static int index_of(const uint8_t mac[6])
{
	char wanted[18], text[32];
	int index = 0;
	snprintf(wanted, sizeof wanted, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	DIR *nics = opendir("/sys/class/net");
	for (struct dirent *e; !index && nics && (e = readdir(nics));)
		if (attribute(e->d_name, "address", text, sizeof text) > 0 && !strncmp(text, wanted, 17) &&
		    attribute(e->d_name, "ifindex", text, sizeof text) > 0)
			index = atoi(text);
	if (nics)
		closedir(nics);
	return index;
}

/* Moved into the host, with the name and the number that it has in a lab of User Mode Linux. */
void net_nic(int fd, struct host *host, int number)
{
	struct nic *nic = &host->nics[number];
	struct request r;
	struct ifinfomsg i = { .ifi_index = index_of(nic->mac) };
	if (!i.ifi_index)
		die("the machine has no interface for %s", nic->name);
	int index = nic_index(number);
	netlink_begin(&r, RTM_NEWLINK, 0, &i, sizeof i);
	netlink_add(&r, IFLA_NET_NS_FD, &host->netns, sizeof host->netns);
	netlink_add(&r, IFLA_IFNAME, nic->name, strlen(nic->name) + 1);
	netlink_add(&r, IFLA_NEW_IFINDEX, &index, sizeof index);
	netlink_must(root_socket, &r, "move interface", nic->name);
	net_up(fd, index, 0);
	if (nic->alt_names)
		net_alt_names(fd, index, nic->alt_names);
}

/* QEMU pulls the cable out; the driver asks it to. */
void net_carrier(const struct nic *nic, bool on)
{
	(void)on;
	die("order: the carrier of %s is not the agent's", nic->name);
}
