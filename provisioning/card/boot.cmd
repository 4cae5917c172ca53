# Which slot starts. U-Boot runs this from the firmware partition (mkimage makes boot.scr of it).
#
# state0 and state1: an environment with a checksum each; the one with the higher n counts.
# Fields: n, good (a|b), trial (a|b|-), id. appliance/box/boot_state.py writes them.
# A trial is marked as started before it is started, so it has one start. With both files lost,
# slot a has one start and then slot b. A box that has settled writes nothing here.
# box-id, with a checksum, too: machine_id and box_name, which the kernel is told at its start.

setenv n0 0
setenv n1 0
setenv good
setenv trial
setenv id
setenv try
setenv machine_id
setenv box_name
if load ${devtype} ${devnum}:1 ${kernel_addr_r} /state0; then env import -c ${kernel_addr_r} ${filesize} n0 good0 trial0 id0; fi
if load ${devtype} ${devnum}:1 ${kernel_addr_r} /state1; then env import -c ${kernel_addr_r} ${filesize} n1 good1 trial1 id1; fi
if load ${devtype} ${devnum}:1 ${kernel_addr_r} /box-id; then env import -c ${kernel_addr_r} ${filesize} machine_id box_name; fi

if test ${n1} -gt ${n0}; then
  setenv good ${good1}; setenv trial ${trial1}; setenv id ${id1}
elif test ${n0} -gt 0; then
  setenv good ${good0}; setenv trial ${trial0}; setenv id ${id0}
fi

if test -z "${good}"; then
  setenv try balie.state=lost
  setenv good a
  if test -e ${devtype} ${devnum}:1 /tried-lost; then
    setenv good b
  else
    fatwrite ${devtype} ${devnum}:1 ${kernel_addr_r} /tried-lost 1
  fi
fi

setenv slot ${good}
if test "${trial}" = "a" -o "${trial}" = "b"; then
  if test -e ${devtype} ${devnum}:1 /tried-${id}; then
    echo "BALIE trial ${id} had its start: back to slot ${good}"
  elif fatwrite ${devtype} ${devnum}:1 ${kernel_addr_r} /tried-${id} 1; then
    setenv slot ${trial}
    setenv try balie.trial=${id}
  fi
fi

setenv who
if test -n "${machine_id}"; then setenv who "systemd.machine_id=${machine_id}"; fi
if test -n "${box_name}"; then setenv who "${who} systemd.hostname=${box_name}"; fi

# rootwait without an end would hang for good on a slot that cannot be read; panic starts anew.
setenv always "ro rootwait=20 panic=10 quiet ${who} ${console_args}"

if test "${slot}" = "b"; then setenv part 3; else setenv part 2; fi
echo "BALIE slot ${slot} ${try}"
setenv bootargs "root=PARTUUID=ba11e000-0${part} rauc.slot=${slot} ${try} ${always}"
if load ${devtype} ${devnum}:${part} ${kernel_addr_r} /boot/vmlinuz; then
  if load ${devtype} ${devnum}:${part} ${ramdisk_addr_r} /boot/initrd.img; then
    booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}
  fi
fi

echo "BALIE slot ${slot} could not be loaded"
if test -n "${trial}" -a "${slot}" = "${trial}"; then reset; fi
setenv instead ${slot}
if test "${slot}" = "b"; then setenv slot a; setenv part 2; else setenv slot b; setenv part 3; fi
echo "BALIE slot ${slot} in its place"
setenv bootargs "root=PARTUUID=ba11e000-0${part} rauc.slot=${slot} balie.instead=${instead} ${always}"
load ${devtype} ${devnum}:${part} ${kernel_addr_r} /boot/vmlinuz
load ${devtype} ${devnum}:${part} ${ramdisk_addr_r} /boot/initrd.img
booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}

# Neither slot: a person has to look. After a while another try, for a card that was not seated well.
echo "BALIE no slot could be loaded"
sleep 30
reset
