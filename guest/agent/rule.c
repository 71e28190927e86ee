/* One fault rule: how it reads, and which frames it names. src/lab/agent/faults.ts writes it. */
#include "agent.h"
#include "fault.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const action_names[] = { "drop", "hold", "delay", "duplicate", "reorder", "change" };
static const char *const copies_names[] = { "any", "first", "again" };

static int index_in(const char *const *list, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return i;
	die("fault: unknown word %s", word);
}

int rule_link(const char *name)
{
	for (int i = 0; i < plan.link_count; i++)
		if (!strcmp(plan.links[i].name, name))
			return i;
	die("fault: unknown link %s", name);
}

static int host_named(const char *name)
{
	for (int i = 0; i < plan.host_count; i++)
		if (!strcmp(plan.hosts[i].name, name))
			return i;
	if (strcmp(name, "*"))
		die("fault: unknown host %s", name);
	return -1;
}

/* `ETHERTYPE[,AT/MASK/VALUE…]`, in hexadecimal. */
static void read_form(struct form *form, char *text)
{
	form->ether_type = (uint16_t)strtoul(next_word(&text, ","), NULL, 16);
	for (char *key; (key = strsep(&text, ","));) {
		unsigned at, mask, value;
		bool differs = *key == '!';
		if (form->key_count == MAX_KEYS || sscanf(key + differs, "%x/%x/%x", &at, &mask, &value) != 3)
			die("fault: bad key %s", key);
		form->keys[form->key_count++] = (struct key){ (uint16_t)at, mask, value, differs };
	}
}

void rule_read(struct rule *rule, char *rest)
{
	struct forms *forms = &rule->forms;
	rule->id = (uint32_t)strtoul(next_word(&rest, " "), NULL, 10);
	rule->link = rule_link(next_word(&rest, " "));
	rule->host = host_named(next_word(&rest, " "));
	rule->nth = (uint32_t)strtoul(next_word(&rest, " "), NULL, 10);
	rule->times = (uint32_t)strtoul(next_word(&rest, " "), NULL, 10);
	rule->copies = (enum copies)index_in(copies_names, sizeof copies_names / sizeof *copies_names, next_word(&rest, " "));
	rule->action = (enum action)index_in(action_names, sizeof action_names / sizeof *action_names, next_word(&rest, " "));
	rule->argument = strdup(next_word(&rest, " "));
	for (char *word; (word = strsep(&rest, " "));) {
		if (!strcmp(word, "|"))
			forms = &rule->followers;
		else if (forms->count < MAX_FORMS)
			read_form(&forms->list[forms->count++], word);
		else
			die("fault: more than %d forms", MAX_FORMS);
	}
}

static int sender_of(const uint8_t *frame)
{
	for (int h = 0; h < plan.host_count; h++)
		for (int n = 0; n < plan.hosts[h].nic_count; n++)
			if (!memcmp(plan.hosts[h].nics[n].mac, frame + 6, 6))
				return h;
	return -1;
}

/* FNV-1a, 64 bits, of the message alone: what is around it may differ, such as an IP identification. */
static uint64_t hash_of(const uint8_t *frame, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = message_at(frame, length); i < length; i++)
		hash = (hash ^ frame[i]) * 0x100000001b3u;
	return hash;
}

/* Whether a rule has seen the same message before; it has from now on. */
static bool is_again(struct rule *rule, const uint8_t *frame, size_t length)
{
	uint64_t hash = hash_of(frame, length);
	for (size_t i = 0; i < rule->message_count; i++)
		if (rule->messages[i] == hash)
			return true;
	rule->messages = grow(rule->messages, &rule->message_cap, (rule->message_count + 1) * sizeof hash);
	rule->messages[rule->message_count++] = hash;
	return false;
}

bool rule_acts(struct rule *rule, const uint8_t *frame, size_t length)
{
	if (rule->copies != ANY && is_again(rule, frame, length) != (rule->copies == AGAIN))
		return false;
	rule->named++;
	return rule->named >= rule->nth && (!rule->times || rule->acted < rule->times);
}

bool rule_names(const struct rule *rule, const struct forms *forms, int link, const uint8_t *frame, size_t length)
{
	return rule->link == link && (rule->host < 0 || rule->host == sender_of(frame)) && form_fits(forms, frame, length);
}

uint64_t rule_number(const struct rule *rule, int index)
{
	const char *text = rule->argument;
	for (; index && text; index--)
		text = strchr(text, ':') ? strchr(text, ':') + 1 : NULL;
	return text ? strtoull(text, NULL, 10) : 0;
}
