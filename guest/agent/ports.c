/* Links of a lab whose hosts share a kernel: a bridge per link in the agent's namespace, a veth pair per interface. */
#include "agent.h"
#include "netlink.h"
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A veth has carrier while its other end is up. */
void net_carrier(const struct nic *nic, bool on)
{
	struct request r;
	struct ifinfomsg i = { .ifi_index = nic->port_index, .ifi_flags = on ? IFF_UP : 0, .ifi_change = IFF_UP };
	netlink_begin(&r, RTM_NEWLINK, 0, &i, sizeof i);
	netlink_must(root_socket, &r, "change the carrier of", nic->name);
}

static void create_bridge(struct link *link, int number)
{
	struct request r;
	struct ifinfomsg i = { .ifi_index = 100 + number };
	char name[16];
	uint8_t off = 0;
	uint32_t no_delay = 0;
	snprintf(name, sizeof name, "link%d", number);
	netlink_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof i);
	netlink_add(&r, IFLA_IFNAME, name, strlen(name) + 1);
	struct rtattr *info = netlink_add(&r, IFLA_LINKINFO, NULL, 0);
	netlink_add(&r, IFLA_INFO_KIND, "bridge", 6);
	struct rtattr *data = netlink_add(&r, IFLA_INFO_DATA, NULL, 0);
	netlink_add(&r, IFLA_BR_MCAST_SNOOPING, &off, 1);
	netlink_add(&r, IFLA_BR_FORWARD_DELAY, &no_delay, 4);
	netlink_close(&r, data);
	netlink_close(&r, info);
	netlink_must(root_socket, &r, "create link", link->name);
	link->bridge = i.ifi_index;
	net_up(root_socket, link->bridge, 0);
}

void net_links(void)
{
	for (int i = 0; i < plan.link_count; i++)
		create_bridge(&plan.links[i], i);
}

/* The pair is made inside the host so that both ends can be given their ifindex. */
void net_nic(int fd, struct host *host, int number)
{
	struct nic *nic = &host->nics[number];
	struct request r;
	struct ifinfomsg inside = { .ifi_index = nic_index(number) };
	struct ifinfomsg port = { .ifi_index = 200 + (int)(host - plan.hosts) * MAX_NICS + number };
	char port_name[16];
	snprintf(port_name, sizeof port_name, "port%d", port.ifi_index);
	netlink_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &inside, sizeof inside);
	netlink_add(&r, IFLA_IFNAME, nic->name, strlen(nic->name) + 1);
	netlink_add(&r, IFLA_ADDRESS, nic->mac, 6);
	struct rtattr *info = netlink_add(&r, IFLA_LINKINFO, NULL, 0);
	netlink_add(&r, IFLA_INFO_KIND, "veth", 4);
	struct rtattr *data = netlink_add(&r, IFLA_INFO_DATA, NULL, 0);
	struct rtattr *peer = netlink_add(&r, VETH_INFO_PEER, &port, sizeof port);
	netlink_add(&r, IFLA_IFNAME, port_name, strlen(port_name) + 1);
	netlink_add(&r, IFLA_NET_NS_FD, &root_netns, sizeof root_netns);
	netlink_close(&r, peer);
	netlink_close(&r, data);
	netlink_close(&r, info);
	netlink_must(fd, &r, "create interface", nic->name);
	nic->port_index = port.ifi_index;
	net_up(root_socket, port.ifi_index, plan.links[nic->link].bridge);
	net_up(fd, inside.ifi_index, 0);
	if (nic->alt_names)
		net_alt_names(fd, inside.ifi_index, nic->alt_names);
}

/*
 * Frames that came in at a link's end, which is what the capture is shown: veth counts what the host's end sent. False where
 * the end is gone.
 */
bool net_received(int port_index, uint64_t *frames)
{
	char wanted[24], *line = NULL;
	size_t size = 0;
	bool found = false;
	FILE *file = fopen("/proc/net/dev", "re");
	snprintf(wanted, sizeof wanted, "port%d:", port_index);
	while (file && !found && getline(&line, &size, file) > 0) {
		char *at = strstr(line, wanted);
		unsigned long long packets;
		found = at && sscanf(at + strlen(wanted), "%*u %llu", &packets) == 1;
		if (found)
			*frames = packets;
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}
