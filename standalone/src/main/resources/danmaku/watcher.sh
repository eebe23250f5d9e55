#!/bin/sh
# Runs one child of the launcher and never outlives its duty to it:
#
#   watcher.sh LOG GRACE COMMAND [ARGUMENT...]
#
# Standard input is a pipe from the launcher. What arrives on it is read and ignored; its end, by an ordered stop or because
# the launcher was killed, stops the child: TERM first, KILL after GRACE seconds. The child's output is appended to LOG, its
# process id is the one line on standard output ("pid N"), its exit code is ours (128 + n for signal n).
#
# TIMER_SLACK_NS in the environment: by how many nanoseconds the kernel may be late to wake a sleeping thread of the child, where it knows
# of that (Linux); without it the system's default, 50,000.
#
# Where `perl` or `setsid` exists the launcher starts us by it in a group of our own, so a Ctrl-C reaches the launcher alone; elsewhere the
# signals of a terminal are ignored here and in the child.

log=$1
grace=$2
shift 2
trap '' HUP INT QUIT

# `exec` frees standard input for the child; fd 3 is the pipe from here on.
exec 3<&0 </dev/null

# what a shell has of it, its children have from it
[ -z "${TIMER_SLACK_NS:-}" ] || { echo "$TIMER_SLACK_NS" >/proc/self/timerslack_ns; } 2>/dev/null || :

"$@" >>"$log" 2>&1 3<&- &
child=$!
echo "pid $child"
exec >/dev/null 2>&1

nap() {
  sleep 0.2 || sleep 1
}

stop_child() {
  kill -TERM "$child" || return 0
  # a stopped process takes TERM only when it goes on
  kill -CONT "$child"
  ticks=$((grace * 5))
  while [ "$ticks" -gt 0 ]; do
    kill -0 "$child" || return 0
    nap
    ticks=$((ticks - 1))
  done
  kill -KILL "$child"
}

# Of its own, so that the pipe is still watched when this shell waits for the child, or is itself killed.
(
  trap - TERM
  while read -r ignored <&3; do :; done
  stop_child
) &
reader=$!
exec 3<&-

asked=
trap 'asked=1; stop_child &' TERM

code=127
while :; do
  asked=
  wait "$child"
  result=$?
  # 127: the child was reaped by the wait before, which a signal cut short
  [ "$result" = 127 ] && [ "$code" != 127 ] || code=$result
  [ -n "$asked" ] || break
done

kill -TERM "$reader"
exit "$code"
