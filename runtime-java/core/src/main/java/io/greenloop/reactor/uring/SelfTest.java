package io.greenloop.reactor.uring;

import io.greenloop.reactor.linux.CLibrary;
import io.greenloop.reactor.linux.PollEvents;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Whether io_uring works here, and has the layouts that we expect. Any thread. */
final class SelfTest {
  private static final long PATIENCE_NANOS = 1_000_000;

  private SelfTest() {}

  /**
   * Has the kernel poll two descriptors and looks whether the answers come where our layout has
   * them; then takes a third poll back.
   *
   * @throws IOException if a call fails or the layout is another one
   */
  static void run() throws IOException {
    var ring = new Ring();
    var descriptors = new ArrayList<Integer>();
    try {
      long[] tags = {0x0102030405060708L, 0x1112131415161718L, 0x2122232425262728L};
      for (long tag : tags) {
        int fd = CLibrary.newEventDescriptor();
        descriptors.add(fd);
        ring.submit(Ring.OP_POLL_ADD, 0, fd, 0, 0, 0, PollEvents.IN, tag);
      }
      ring.ask();
      var captured = CLibrary.newCapture(Arena.ofAuto());
      CLibrary.signal(descriptors.get(0), captured);
      CLibrary.signal(descriptors.get(1), captured);
      ring.submit(Ring.OP_CANCEL, Ring.SKIP_SUCCESS, Ring.NO_DESCRIPTOR, 0, tags[2], 0, 0, 0);
      List<String> found = new ArrayList<>();
      for (int waits = 0; waits < 3 && found.size() < 3; waits++) {
        int count = ring.await(PATIENCE_NANOS);
        for (int i = 0; i < count; i++) {
          found.add(ring.result() + " " + ring.tag());
          ring.next();
        }
      }
      List<String> wanted =
          List.of(
              PollEvents.IN + " " + tags[0],
              PollEvents.IN + " " + tags[1],
              -Ring.ECANCELED + " " + tags[2]);
      if (found.size() != wanted.size() || !found.containsAll(wanted)) {
        throw new IOException("io_uring answers another way than expected: " + found);
      }
    } finally {
      ring.close();
      descriptors.forEach(CLibrary::close);
    }
  }
}
