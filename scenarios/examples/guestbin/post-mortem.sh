#!/bin/sh
# Typed on every host at the end: pluto must go when asked, and leave nothing in the kernel.
ipsec whack --shutdown >/dev/null 2>&1
for i in 1 2 3 4 5; do
	pidof pluto >/dev/null || break
	sleep 1
done
ok=0
if pidof pluto >/dev/null; then echo pluto is still running; ok=1; fi
if ip xfrm state | grep .; then echo SAs are left; ok=1; fi
if grep 'leak detective found [1-9]' /tmp/pluto.log; then ok=1; fi
exit $ok
