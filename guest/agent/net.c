/* The network of a lab's hosts: their interfaces (ports.c, qemu/nics.c), addresses and routes. */
#include "agent.h"
#include "netlink.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int root_socket, root_netns, first_netns;

void net_up(int fd, int index, int master)
{
	struct request r;
	struct ifinfomsg i = { .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	netlink_begin(&r, RTM_NEWLINK, 0, &i, sizeof i);
	if (master)
		netlink_add(&r, IFLA_MASTER, &master, sizeof master);
	netlink_must(fd, &r, "bring up interface", "");
}

void net_init(void)
{
	/* Hosts start from the kernel's own defaults, without tunl0, gre0, ip_vti0 unless asked for. */
	write_file("/proc/sys/net/core/fb_tunnels_only_for_init_net", plan.fallback_tunnels ? "0" : "2", false);
	/* Namespaces made in the first one take over its forwarding and the like, which is the kernel's default. */
	write_file("/proc/sys/net/core/devconf_inherit_init_net", plan.first_network ? "0" : "2", false);
	/* A host that has the machine's first namespace has it alone: links, captures and clock marks move out. */
	if (plan.first_network) {
		first_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (first_netns < 0 || unshare(CLONE_NEWNET))
			die("network namespace: %s", strerror(errno));
	}
	root_socket = netlink_open();
	net_up(root_socket, LOOPBACK, 0); /* carries the marks of clock.c */
	root_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	/* Links carry what hosts send and nothing of their own. */
	write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1", false);
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1", false);
}

/* The fallback devices are there first and take the low numbers. */
int nic_index(int number) { return (plan.fallback_tunnels ? 32 : 2) + number; }

void net_alt_names(int fd, int index, char *names)
{
	struct request r;
	struct ifinfomsg i = { .ifi_index = index };
	netlink_begin(&r, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof i);
	struct rtattr *list = netlink_add(&r, IFLA_PROP_LIST | NLA_F_NESTED, NULL, 0);
	for (char *name; (name = strsep(&names, " "));)
		netlink_add(&r, IFLA_ALT_IFNAME, name, strlen(name) + 1);
	netlink_close(&r, list);
	netlink_must(fd, &r, "name interface", "");
}

static size_t parse_address(const char *text, int *family, uint8_t out[16])
{
	*family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(*family, text, out) != 1)
		die("plan: bad address %s", text);
	return *family == AF_INET6 ? 16 : 4;
}

/* Bits of a prefix, of an address of so many bytes. */
static __attribute__((cold)) uint8_t parse_prefix(const char *text, size_t size)
{
	unsigned long bits = strtoul(text, NULL, 10);
	if (bits > 8 * size)
		die("plan: bad prefix length %s", text);
	return (uint8_t)bits;
}

/* `addr NIC ADDRESS/LENGTH` */
static void add_address(int fd, struct host *host, char *rest)
{
	char *nic = strsep(&rest, " "), *text = next_word(&rest, "/"), *length = next_word(&rest, "");
	uint8_t bytes[16];
	int family, index = 0;
	size_t size = parse_address(text, &family, bytes);
	for (int i = 0; i < host->nic_count; i++)
		if (!strcmp(host->nics[i].name, nic))
			index = nic_index(i);
	struct ifaddrmsg m = { .ifa_family = (uint8_t)family, .ifa_prefixlen = parse_prefix(length, size),
			       .ifa_index = (uint32_t)index };
	struct request r;
	netlink_begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof m);
	netlink_add(&r, IFA_LOCAL, bytes, size);
	netlink_add(&r, IFA_ADDRESS, bytes, size);
	if (family == AF_INET) {
		uint32_t broadcast;
		memcpy(&broadcast, bytes, 4);
		broadcast |= htonl(m.ifa_prefixlen ? (uint32_t)((1ull << (32 - m.ifa_prefixlen)) - 1) : ~0u);
		netlink_add(&r, IFA_BROADCAST, &broadcast, 4);
	}
	netlink_must(fd, &r, "add address", text);
}

/* `route DESTINATION/LENGTH GATEWAY` */
static void add_route(int fd, char *rest)
{
	char *to = strsep(&rest, "/"), *length = next_word(&rest, " "), *via = next_word(&rest, "");
	uint8_t destination[16], gateway[16];
	int family;
	size_t size = parse_address(to, &family, destination);
	parse_address(via, &family, gateway);
	struct rtmsg m = { .rtm_family = (uint8_t)family, .rtm_dst_len = parse_prefix(length, size),
			   .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
			   .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST };
	struct request r;
	netlink_begin(&r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof m);
	if (m.rtm_dst_len)
		netlink_add(&r, RTA_DST, destination, size);
	netlink_add(&r, RTA_GATEWAY, gateway, size);
	netlink_must(fd, &r, "add route", to);
}

/* `sysctl PATH VALUE`, path below /proc/sys; those of absent interfaces do not matter. */
static void set_sysctl(char *rest)
{
	char path[256], *name = strsep(&rest, " ");
	snprintf(path, sizeof path, "/proc/sys/%s", name);
	write_file(path, next_word(&rest, ""), false);
}

static void each_line(struct host *host, int fd, const char *word)
{
	size_t n = strlen(word);
	for (struct line *l = plan.net; l; l = l->next) {
		if (l->host != host - plan.hosts || strncmp(l->text, word, n))
			continue;
		char *copy = strdup(l->text + n);
		if (word[0] == 'a')
			add_address(fd, host, copy);
		else if (word[0] == 'r')
			add_route(fd, copy);
		else
			set_sysctl(copy);
		free(copy);
	}
}

void net_enter(int netns)
{
	if (setns(netns, CLONE_NEWNET))
		die("enter a network namespace: %s", strerror(errno));
}

void net_host(struct host *host)
{
	net_enter(host->netns);
	int fd = netlink_open();
	each_line(host, fd, "sysctl ");
	net_up(fd, 1, 0);
	for (int i = 0; i < host->nic_count; i++)
		net_nic(fd, host, i);
	each_line(host, fd, "sysctl "); /* again: now those of single interfaces exist */
	each_line(host, fd, "addr ");
	each_line(host, fd, "route ");
	xfrm_open(host);
	close(fd);
	net_enter(root_netns);
}
