package dev.coppice.benchmarks;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the command line asks for.
///
/// @param only the names of the workloads; empty for all
/// @param scale of the workloads' sizes; 1 but in a smoke run
record Options(
        List<String> only,
        Set<String> systems,
        int rounds,
        long warmUpMillis,
        long roundMillis,
        double scale,
        Optional<Path> json,
        Optional<Path> picture) {

    static final String USAGE =
            """
            usage: ./coppice bench [OPTION...]

              --quick           nine workloads against pekko and erlang, in less than eight minutes
              --only NAME...    these workloads (or rows of the table) only; draws no picture unless --svg says so
              --curves          cost against the number of actors, of producers, and of messages that wait
              --peers LIST      of pekko,pekko-tuned,erlang,threads,floor, or none; all by default
              --systems LIST    of coppice,coppice-loop; both by default
              --rounds N        5 by default
              --json FILE       writes a line for each workload and system
              --svg FILE        where to draw the ratios; docs/performance.svg by default
              --smoke           a few hundred operations of each, to see that everything works
              --list            the names of the workloads
            """;

    /// A wrong command line; the message says how to set it right.
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    static Options parse(List<String> args, Path picture) {
        return new Parser(args, picture).parse();
    }

    List<Workload> workloads() {
        return only.isEmpty()
                ? Workloads.LIST
                : Workloads.all().filter(workload -> only.contains(workload.name())).toList();
    }

    private static final class Parser {
        private final Deque<String> left;
        private final Path defaultPicture;
        private final List<String> only = new ArrayList<>();
        private final Set<String> ours = new LinkedHashSet<>(Systems.OURS);
        private final Set<String> peers = new LinkedHashSet<>(Systems.PEERS);
        private int rounds = 5;
        private long warmUp = 3_000;
        private long round = 1_000;
        private double scale = 1;
        private boolean named;
        private boolean quick;
        private boolean peersChosen;
        private Optional<Path> json = Optional.empty();
        private Optional<Path> svg = Optional.empty();

        Parser(List<String> args, Path defaultPicture) {
            this.left = new ArrayDeque<>(args);
            this.defaultPicture = defaultPicture;
        }

        Options parse() {
            while (!left.isEmpty()) {
                var option = left.remove();
                switch (option) {
                    case "--quick" -> quick = true;
                    case "--only" -> names();
                    case "--curves" -> curves();
                    case "--peers" -> {
                        choose(peers, value(option), Systems.PEERS);
                        peersChosen = true;
                    }
                    case "--systems" -> choose(ours, value(option), Systems.OURS);
                    case "--rounds" -> rounds = number(value(option));
                    case "--json" -> json = Optional.of(Path.of(value(option)));
                    case "--svg" -> svg = Optional.of(Path.of(value(option)));
                    case "--smoke" -> smoke();
                    default -> throw new Wrong("unknown option " + option + "; --help lists them");
                }
            }
            if (quick) {
                quicken();
            }
            var systems = new LinkedHashSet<>(ours);
            systems.addAll(peers);
            var picture = named || scale < 1 ? svg : svg.or(() -> Optional.of(defaultPicture));
            return new Options(List.copyOf(only), systems, rounds, warmUp, round, scale, json, picture);
        }

        private void quicken() {
            if (!named) {
                only.addAll(Workloads.QUICK);
            }
            if (!peersChosen) {
                peers.retainAll(Set.of("pekko", "erlang"));
            }
            warmUp = Math.min(warmUp, 2_000);
            round = Math.min(round, 500);
        }

        private void smoke() {
            scale = 0.01;
            warmUp = 0;
            round = 0;
            rounds = 1;
        }

        private void curves() {
            named = true;
            Curves.LIST.stream().map(Workload::name).forEach(only::add);
        }

        private void names() {
            named = true;
            while (!left.isEmpty() && !left.element().startsWith("--")) {
                var name = left.remove();
                var called =
                        Workloads.LIST.stream()
                                .filter(workload -> workload.isCalled(name))
                                .map(Workload::name)
                                .toList();
                if (called.isEmpty()) {
                    throw new Wrong("no workload is called " + name + "; --list names them");
                }
                only.addAll(called);
            }
        }

        private String value(String option) {
            if (left.isEmpty()) {
                throw new Wrong(option + " needs a value");
            }
            return left.remove();
        }

        private static int number(String text) {
            if (!text.matches("[1-9][0-9]{0,3}")) {
                throw new Wrong("a number from 1 to 9999 was expected, not " + text);
            }
            return Integer.parseInt(text);
        }

        private static void choose(Set<String> chosen, String list, List<String> all) {
            chosen.clear();
            if (list.equals("none")) {
                return;
            }
            for (var name : list.split(",")) {
                if (!all.contains(name)) {
                    throw new Wrong("there is no " + name + " to compare with; known are " + String.join(", ", all));
                }
                chosen.add(name);
            }
        }
    }
}
