# What the scenario of the kernel's modules does on a host, with as few processes as can be: machines take long to start them. $1: what; $2: a file.
# /root/modules names the modules, /root/lanes has a line for each kind of traffic: FAMILY NAME INNER-HERE INNER-THERE.
set -u

lanes() { # does $1 for each lane
  while read -r family name inside outside; do "$1"; done </root/lanes
}

# Zeros are what IPComp makes smaller. Without its family, ping opens a socket of the other one too and reads nothing from it: unread packets keep the SA
# that they came by, and an SA its module.
ask() { ping "-$family" -q -n -c 3 -i 0.02 -W 0.1 -s 500 -p 00 -I "$inside" "$outside" </dev/null 2>/dev/null; }
send() { ping "-$family" -q -n -i 0.1 -s 500 -p 00 -I "$inside" "$outside" </dev/null >"/run/$name.traffic" 2>&1 & }

users() { # of the module $1
  read -r count <"/sys/module/$1/refcnt" && echo "$count"
}

case $1 in
  policies) ip -batch "$2" ;;
  sas) ip xfrm state flush && ip -batch "$2" ;;
  traffic) lanes send ;;
  ask) lanes ask ;;
  # All of them have users while there are SAs, or are what those with users need.
  steal)
    # shellcheck disable=SC2046
    rmmod $(cat /root/modules) 2>/dev/null
    ls /sys/module
    ;;
  unload)
    ip xfrm state flush
    while read -r module; do
      # The kernel frees SAs some time after they are deleted.
      for _ in 0 1 2 3 4 5 6 7 8 9; do
        if [ "$(users "$module")" = 0 ]; then break; fi
        sleep 0.5
      done
      rmmod "$module" || exit 1
    done </root/modules
    ;;
  # What the kernel has for itself: of slabs, of modules and other virtual memory, and for each processor.
  memory)
    echo 3 >/proc/sys/vm/drop_caches
    cat /proc/meminfo
    ;;
  left) for module in xfrm_algo xfrm_user; do echo "$module $(users $module)"; done ;;
esac
