# A user whom the system does not know: Java would take ./? for the home, HOME counts instead.
user_home=()
if ! id -un >/dev/null 2>&1; then user_home=("-Duser.home=${HOME:-/nonexistent}"); fi
