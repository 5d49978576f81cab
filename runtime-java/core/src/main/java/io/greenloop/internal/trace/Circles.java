package io.greenloop.internal.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Finds the circles of a graph. Keeps its own stack, so chains may be as long as memory allows. */
public final class Circles {
  private Circles() {}

  private record Visit<N>(N node, Iterator<? extends N> next) {}

  /**
   * The circles that a walk from each of {@code nodes}, in order, closes: each as the nodes on it,
   * in the direction of the edges, from the one that was met first. A node may be on several.
   *
   * @param <N> with an {@code equals} that is identity
   */
  public static <N> List<List<N>> in(
      Collection<? extends N> nodes, Function<? super N, ? extends Collection<? extends N>> edges) {
    var found = new ArrayList<List<N>>();
    Set<N> done = new HashSet<>();
    for (N start : nodes) {
      walk(start, edges, done, found);
    }
    return found;
  }

  private static <N> void walk(
      N start,
      Function<? super N, ? extends Collection<? extends N>> edges,
      Set<N> done,
      List<List<N>> found) {
    if (done.contains(start)) {
      return;
    }
    var path = new LinkedHashSet<N>();
    var stack = new ArrayDeque<Visit<N>>();
    path.add(start);
    stack.push(new Visit<>(start, edges.apply(start).iterator()));
    while (!stack.isEmpty()) {
      Visit<N> top = stack.peek();
      if (!top.next.hasNext()) {
        stack.pop();
        path.remove(top.node);
        done.add(top.node);
        continue;
      }
      N next = top.next.next();
      if (path.contains(next)) {
        found.add(path.stream().dropWhile(n -> !n.equals(next)).toList());
      } else if (!done.contains(next)) {
        path.add(next);
        stack.push(new Visit<>(next, edges.apply(next).iterator()));
      }
    }
  }
}
