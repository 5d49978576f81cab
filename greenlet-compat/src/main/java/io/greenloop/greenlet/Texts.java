package io.greenloop.greenlet;

/** What greenlets say of themselves. */
@SuppressWarnings("ReferenceEquality") // identity is meant
final class Texts {
  private Texts() {}

  /** Its class and number. */
  static String id(Greenlet g) {
    return g.getClass().getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(g));
  }

  /** For reports. */
  static String inWords(Greenlet g) {
    return "greenlet " + id(g);
  }

  /** Its host and state too. */
  static String describe(Greenlet g) {
    String main = g.isMain() && !g.isDead() ? " main" : "";
    return id(g) + " of " + g.tree().name() + ": " + words(g) + main;
  }

  private static String words(Greenlet g) {
    if (g.isNew()) {
      return "pending";
    }
    if (!g.isSuspendedOrCurrent()) {
      return "dead";
    }
    if (g.tree().isOver()) {
      return "(thread exited) dead";
    }
    return (g == g.tree().current ? "current" : "suspended") + " active started";
  }

  static IllegalStateException noRun(String operation, Greenlet g) {
    return new IllegalStateException(
        operation + ": " + id(g) + " has no run: give it a body, or override run");
  }

  static IllegalArgumentException foreignParent(String operation, Tree own, Greenlet parent) {
    return new IllegalArgumentException(
        operation
            + ": "
            + id(parent)
            + " belongs to "
            + parent.tree().name()
            + ", this greenlet to "
            + own.name()
            + "; a parent must be of the same host");
  }

  /** A switch to {@code g} from another host. */
  static GreenletError foreignHost(String operation, Greenlet g) {
    Greenlet here = Greenlet.current();
    if (g.tree().host.isSameHub(here.tree().host)) {
      return new GreenletError(
          operation
              + ": "
              + id(g)
              + " belongs to "
              + g.tree().name()
              + " as they ran before one of them blocked: its thread was left to it, and the rest"
              + " went on in another; do not block in callbacks that host greenlets, spawn a task");
    }
    return new GreenletError(
        operation
            + ": "
            + id(g)
            + " belongs to "
            + g.tree().name()
            + (g.tree().isOver() ? ", which happens to have exited" : "")
            + "; the caller, "
            + id(here)
            + ", runs in "
            + here.tree().name()
            + "; a greenlet cannot switch to a different host, "
            + g.tree().wayIn());
  }
}
