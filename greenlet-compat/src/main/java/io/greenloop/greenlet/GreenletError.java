package io.greenloop.greenlet;

/** A switch that cannot be carried out; it names both sides. The caller goes on unharmed. */
public class GreenletError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what was asked and why it cannot be done. */
  public GreenletError(String message) {
    super(message);
  }
}
