package io.greenloop;

import io.greenloop.internal.trace.Circles;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Tasks that wait for each other in a circle, in words. */
final class AwaitCircles {
  private AwaitCircles() {}

  /** A line for each circle, as {@code task 'a' -> task 'b' -> task 'a'}. */
  static List<String> of(Collection<? extends Task<?>> tasks) {
    List<List<LoopFuture<?>>> circles = Circles.in(List.copyOf(tasks), LoopFuture::awaits);
    return circles.stream().map(AwaitCircles::line).toList();
  }

  private static String line(List<LoopFuture<?>> circle) {
    return circle.stream().map(f -> f.describe() + " -> ").collect(Collectors.joining())
        + circle.getFirst().describe();
  }
}
