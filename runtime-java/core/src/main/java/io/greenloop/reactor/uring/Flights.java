package io.greenloop.reactor.uring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The submissions that the kernel has, by the tags of their completions. A tag is used again only
 * after the last completion, so an answer never reaches the wrong one. Carrier room.
 */
final class Flights {
  /** One submission under way. */
  interface Flight {
    /**
     * A completion came.
     *
     * @param result as of the system call, or a negative errno
     * @return how many reports were made of it
     */
    int landed(int result);
  }

  private static final int FIRST_SIZE = 64;

  private @Nullable Flight[] flights = new Flight[FIRST_SIZE];
  private final ArrayList<Integer> free = new ArrayList<>();
  private int used;
  private int count;

  /** A tag for {@code flight}, until {@link #end}. */
  int begin(Flight flight) {
    if (free.isEmpty() && used == flights.length) {
      flights = Arrays.copyOf(flights, 2 * used);
    }
    int tag = free.isEmpty() ? used++ : free.removeLast();
    flights[tag] = flight;
    count++;
    return tag;
  }

  /** The last completion of {@code tag} came. */
  Flight end(int tag) {
    Flight ended = flights[tag];
    if (ended == null) {
      throw new IllegalStateException("a completion for tag " + tag + ", which has ended");
    }
    flights[tag] = null;
    free.add(tag);
    count--;
    return ended;
  }

  /** The tags of those under way. */
  List<Integer> all() {
    var tags = new ArrayList<Integer>(count);
    for (int tag = 0; tag < used; tag++) {
      if (flights[tag] != null) {
        tags.add(tag);
      }
    }
    return tags;
  }

  /** How many are under way. */
  int count() {
    return count;
  }
}
