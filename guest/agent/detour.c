/* The way that frames of fault rules take: a tap device per link beside the hosts' ends, and the filters that lead to it. */
#include "agent.h"
#include "fault.h"
#include "netlink.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Of the filters on one interface; the kernel keeps one priority for one kind of frames. */
enum { KINDS = 3 };

static int rtnetlink = -1;

bool detour_is_open(int link) { return plan.links[link].detour != 0; }

static bool is_on(const struct host *host, int number, int link) { return host->nics[number].link == link; }

static void open_tap(struct link *link, int number)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	unsigned index = (unsigned)DETOUR_INDEX + (unsigned)number;
	snprintf(request.ifr_name, sizeof request.ifr_name, "fault%d", number);
	mkdir("/dev/net", 0755);
	mknod("/dev/net/tun", S_IFCHR | 0600, makedev(10, 200));
	link->detour_fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (link->detour_fd < 0 || ioctl(link->detour_fd, TUNSETIFINDEX, &index) || ioctl(link->detour_fd, TUNSETIFF, &request))
		die("faults of %s need a tap device (CONFIG_TUN): %s", link->name, strerror(errno));
	link->detour = (int)index;
}

/* The bridge must neither learn that hosts are behind the tap nor send there what it sends everywhere. */
static void join_bridge(struct link *link)
{
	static const int off[] = { IFLA_BRPORT_LEARNING, IFLA_BRPORT_UNICAST_FLOOD, IFLA_BRPORT_MCAST_FLOOD, IFLA_BRPORT_BCAST_FLOOD };
	struct request r;
	struct ifinfomsg port = { .ifi_index = link->detour }, flags = { .ifi_family = AF_BRIDGE, .ifi_index = link->detour };
	uint8_t no = 0;
	netlink_begin(&r, RTM_NEWLINK, 0, &port, sizeof port);
	netlink_add(&r, IFLA_MASTER, &link->bridge, sizeof link->bridge);
	netlink_must(rtnetlink, &r, "join link", link->name);
	netlink_begin(&r, RTM_SETLINK, 0, &flags, sizeof flags);
	struct rtattr *info = netlink_add(&r, IFLA_PROTINFO | NLA_F_NESTED, NULL, 0);
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		netlink_add(&r, off[i], &no, sizeof no);
	netlink_close(&r, info);
	netlink_must(rtnetlink, &r, "join link", link->name);
	net_up(rtnetlink, link->detour, 0);
}

static void add_hook(int port, const char *link)
{
	struct request r;
	struct tcmsg hook = { .tcm_ifindex = port, .tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0), .tcm_parent = TC_H_INGRESS };
	netlink_begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &hook, sizeof hook);
	netlink_add(&r, TCA_KIND, "ingress", sizeof "ingress");
	netlink_must(rtnetlink, &r, "filter frames of", link);
}

void detour_open(int number)
{
	struct link *link = &plan.links[number];
	if (link->detour)
		return;
	if (rtnetlink < 0)
		rtnetlink = netlink_open();
	open_tap(link, number);
	join_bridge(link);
	for (int h = 0; h < plan.host_count; h++)
		for (int n = 0; n < plan.hosts[h].nic_count; n++)
			if (is_on(&plan.hosts[h], n, number))
				add_hook(plan.hosts[h].nics[n].port_index, link->name);
	capture_detour(link);
}

static struct tcmsg filter_of(int port, int slot, uint16_t ether_type)
{
	int kind = ether_type == ETH_P_IP ? 0 : ether_type == ETH_P_IPV6 ? 1 : 2;
	uint32_t priority = 1 + (uint32_t)(slot * KINDS + kind);
	return (struct tcmsg){ .tcm_ifindex = port, .tcm_parent = TC_H_MAKE(TC_H_INGRESS, 0),
			       .tcm_info = TC_H_MAKE(priority << 16, htons(ether_type ? ether_type : ETH_P_ALL)) };
}

static void add_filter(int port, int slot, const struct form *form, struct link *link)
{
	struct request r;
	struct tcmsg head = filter_of(port, slot, form->ether_type);
	struct { struct tc_u32_sel sel; struct tc_u32_key keys[MAX_KEYS]; } match = { .sel = { .flags = TC_U32_TERMINAL } };
	struct tc_mirred redirect = { .action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = (uint32_t)link->detour };
	for (int i = 0; i < form->key_count; i++)
		if (!form->keys[i].differs)
			match.keys[match.sel.nkeys++] = (struct tc_u32_key){ .mask = htonl(form->keys[i].mask), .val = htonl(form->keys[i].value),
									 .off = form->keys[i].at };
	netlink_begin(&r, RTM_NEWTFILTER, NLM_F_CREATE, &head, sizeof head);
	netlink_add(&r, TCA_KIND, "u32", sizeof "u32");
	struct rtattr *options = netlink_add(&r, TCA_OPTIONS, NULL, 0);
	netlink_add(&r, TCA_U32_SEL, &match, sizeof match.sel + match.sel.nkeys * sizeof *match.keys);
	struct rtattr *actions = netlink_add(&r, TCA_U32_ACT, NULL, 0);
	struct rtattr *first = netlink_add(&r, 1, NULL, 0);
	netlink_add(&r, TCA_ACT_KIND, "mirred", sizeof "mirred");
	struct rtattr *action = netlink_add(&r, TCA_ACT_OPTIONS | NLA_F_NESTED, NULL, 0);
	netlink_add(&r, TCA_MIRRED_PARMS, &redirect, sizeof redirect);
	netlink_close(&r, action);
	netlink_close(&r, first);
	netlink_close(&r, actions);
	netlink_close(&r, options);
	netlink_must(rtnetlink, &r, "filter frames of", link->name);
}

/* Removes all filters of a slot and a kind at once. */
static void remove_filters(int port, int slot, uint16_t ether_type, struct link *link)
{
	struct request r;
	struct tcmsg head = filter_of(port, slot, ether_type);
	netlink_begin(&r, RTM_DELTFILTER, 0, &head, sizeof head);
	netlink_must(rtnetlink, &r, "filter frames no more of", link->name);
}

static bool is_first_of_its_kind(const struct forms *forms, int index)
{
	for (int i = 0; i < index; i++)
		if (forms->list[i].ether_type == forms->list[index].ether_type)
			return false;
	return true;
}

static void each_port(int link, int host, int slot, const struct forms *forms, bool lead)
{
	for (int h = 0; h < plan.host_count; h++)
		for (int n = 0; n < plan.hosts[h].nic_count && (host < 0 || h == host); n++)
			for (int f = 0; f < forms->count && is_on(&plan.hosts[h], n, link); f++) {
				int port = plan.hosts[h].nics[n].port_index;
				if (lead)
					add_filter(port, slot, &forms->list[f], &plan.links[link]);
				else if (is_first_of_its_kind(forms, f))
					remove_filters(port, slot, forms->list[f].ether_type, &plan.links[link]);
			}
}

void detour_lead(int link, int host, int slot, const struct forms *forms) { each_port(link, host, slot, forms, true); }
void detour_leave(int link, int host, int slot, const struct forms *forms) { each_port(link, host, slot, forms, false); }

size_t detour_read(int link, uint8_t *frame)
{
	ssize_t n = read(plan.links[link].detour_fd, frame, FRAME_BYTES);
	return n > 0 ? (size_t)n : 0;
}

void detour_write(int link, const uint8_t *frame, size_t length)
{
	ssize_t n = write(plan.links[link].detour_fd, frame, length);
	if (n != (ssize_t)length)
		trouble(LAB, "lost", "frames of %s: one of a fault rule was not sent: %s", plan.links[link].name, strerror(errno));
}

static bool key_fits(const struct key *key, const uint8_t *packet, size_t length)
{
	uint32_t word;
	if (key->at + sizeof word > length)
		return false;
	memcpy(&word, packet + key->at, sizeof word);
	return ((ntohl(word) & key->mask) == key->value) != key->differs;
}

bool form_fits(const struct forms *forms, const uint8_t *frame, size_t length)
{
	for (int i = 0; i < forms->count && length >= ETH_HLEN; i++) {
		const struct form *form = &forms->list[i];
		int k = 0;
		if (form->ether_type && form->ether_type != (frame[12] << 8 | frame[13]))
			continue;
		while (k < form->key_count && key_fits(&form->keys[k], frame + ETH_HLEN, length - ETH_HLEN))
			k++;
		if (k == form->key_count)
			return true;
	}
	return false;
}
