%% Runs scenarios on the genuine supervisor, gen_server, links and monitors of Erlang/OTP. Reads one scenario a line from standard input, as
%% a term (see Scenario.java), and answers with one line a step, of the events in the order in which they happened, and a line "." at the end.
%%
%% Quiet without sleeping. The machine has one scheduler (+S 1:1), all actors of a scenario run at priority high, the spy at max, and this
%% driver at normal: the driver runs only when nobody else can. It also asks every living process whether its mailbox is empty and it waits.
%%
%% Time. The only time in a scenario is the intensity window, in whole seconds. `advance` makes the restarts that a supervisor remembers so
%% much older, which is the same as a later clock, since only differences count.
-module(oracle).
-behaviour(gen_server).
-export([main/0, start_worker/2, start_sup/1, init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(HIGH, [{spawn_opt, [{priority, high}]}]).
-define(RESTARTS, 8). % the field of supervisor's state, checked at the start

main() ->
    ets:new(book, [named_table, public]),
    process_flag(trap_exit, true),
    io:setopts(standard_io, [binary]),
    Me = self(),
    spawn_opt(fun() -> register(spy, self()), Me ! ready, spy() end, [{priority, max}]),
    receive ready -> ok end,
    check_layout(),
    lines().

lines() ->
    case io:get_line(standard_io, '') of
        eof -> halt(0);
        Line ->
            {ok, Tokens, _} = erl_scan:string(binary_to_list(Line)),
            {ok, Scenario} = erl_parse:parse_term(Tokens),
            io:put_chars(standard_io, [run(Scenario), ".\n"]),
            lines()
    end.

%% A supervisor whose numbers are known shows where they stand.
check_layout() ->
    {ok, P} = start_link_sup({s, layout, permanent, one_for_one, 7654, 4321, never, false, []}),
    State = sys:get_state(P),
    {7654, 4321, []} = {element(6, State), element(7, State), element(?RESTARTS, State)},
    stop(P).

%% ---- a scenario

run({scenario, Root, Peers, Plans, Steps}) ->
    ets:delete_all_objects(book),
    ets:insert(book, [{seq, 0}, {first, 1}]),
    ets:insert(book, [{{plan, L}, Outcomes} || {L, Outcomes} <- Plans]),
    [start_peer(L, Traps) || {L, Traps} <- Peers],
    start_sup(Root),
    Start = [settled(), $\n],
    Lines = [begin step(Step), [settled(), $\n] end || Step <- Steps],
    [stop(P) || {ok, P} <- [current(element(2, Root))]],
    End = [settled(), $\n],
    [begin exit(P, kill), gone(P) end || {L, _} <- Peers, {ok, P} <- [current(L)]],
    [Start, Lines, End].

start_peer(L, Traps) ->
    N = attempt(L),
    {ok, _} = gen_server:start(?MODULE, {worker, L, N, Traps, ok}, ?HIGH).

%% This process is the parent of the root.
stop(P) ->
    exit(P, shutdown),
    gone(P).

gone(P) ->
    M = erlang:monitor(process, P),
    receive {'DOWN', M, _, _, _} -> ok end,
    receive {'EXIT', P, _} -> ok after 0 -> ok end.

step({advance, Seconds}) ->
    [sys:replace_state(P, fun(S) -> setelement(?RESTARTS, S, [T - Seconds || T <- element(?RESTARTS, S)]) end) || {_, P} <- supervisors()];
step(Step) ->
    case current(element(2, Step)) of
        {ok, P} -> gen_server:cast(P, {do, Step});
        none -> log([<<"skip">>])
    end.

%% ---- quiet

settled() ->
    quiet(2),
    First = ets:lookup_element(book, first, 2),
    %% Nothing can have changed where nothing happened.
    ets:lookup_element(book, seq, 2) >= First andalso [log([<<"has">>, a(L) | has(P)]) || {L, P} <- supervisors()],
    Last = ets:lookup_element(book, seq, 2),
    ets:insert(book, {first, Last + 1}),
    lists:join($,, [ets:lookup_element(book, {event, I}, 2) || I <- lists:seq(First, Last)]).

quiet(0) -> ok;
quiet(Passes) ->
    Before = ets:lookup_element(book, seq, 2),
    erlang:yield(),
    flush(),
    case lists:all(fun rests/1, living()) andalso ets:lookup_element(book, seq, 2) =:= Before of
        true -> quiet(Passes - 1);
        false -> quiet(2)
    end.

flush() -> receive {'EXIT', _, _} -> flush() after 0 -> ok end.

rests(P) ->
    case process_info(P, [message_queue_len, status]) of
        [{message_queue_len, 0}, {status, waiting}] -> true;
        undefined -> not is_process_alive(P);
        _ -> false
    end.

living() -> ets:select(book, [{{{pid, '$1'}, '$2', '_'}, [], ['$2']}]).

supervisors() ->
    lists:sort([{L, P} || [L] <- ets:match(book, {{sup, '$1'}}), {ok, P} <- [current(L)]]).

has(P) ->
    Children = [child(C) || C <- supervisor:which_children(P)],
    [integer_to_binary(proplists:get_value(active, supervisor:count_children(P))) | Children].

child({Id, P, _, _}) when is_pid(P) ->
    {L, N} = who(P),
    case Id =:= undefined orelse Id =:= L of true -> [a(L), $=, integer_to_binary(N)] end;
child({Id, State, _, _}) -> [a(Id), $=, a(State)].

%% ---- the book

log(Words) ->
    I = ets:update_counter(book, seq, 1),
    ets:insert(book, {{event, I}, lists:join($|, Words)}).

attempt(L) -> ets:update_counter(book, {attempts, L}, 1, {{attempts, L}, 0}).

outcome(L, N) ->
    case ets:lookup(book, {plan, L}) of
        [{_, Outcomes}] when length(Outcomes) >= N -> lists:nth(N, Outcomes);
        _ -> ok
    end.

current(L) ->
    case ets:lookup(book, {pid, L}) of
        [{_, P, _}] -> case is_process_alive(P) of true -> {ok, P}; false -> none end;
        [] -> none
    end.

%% The last incarnation, dead or alive.
known(L) -> case ets:lookup(book, {pid, L}) of [{_, P, N}] -> {P, N}; [] -> none end.

who(P) -> case ets:lookup(book, {who, P}) of [{_, L, N}] -> {L, N}; [] -> {nobody, 0} end.

%% Called by each process in its own init.
watch(L, N) ->
    ets:insert(book, [{{pid, L}, self(), N}, {{who, self()}, L, N}]),
    Ref = make_ref(),
    spy ! {watch, self(), Ref, L, N},
    receive Ref -> ok end.

spy() ->
    receive
        {watch, P, Ref, L, N} ->
            M = erlang:monitor(process, P),
            put(M, {L, N}),
            P ! Ref;
        {'DOWN', M, _, _, Reason} ->
            {L, N} = erase(M),
            case ets:info(book, size) > 0 of true -> log([<<"down">>, a(L), i(N), reason(Reason)]); false -> ok end
    end,
    spy().

a(Atom) -> atom_to_binary(Atom).
i(N) -> integer_to_binary(N).

reason(normal) -> <<"normal">>;
reason(shutdown) -> <<"shutdown">>;
reason({shutdown, {failed_to_start_child, _, _}}) -> <<"failed">>;
reason({shutdown, x}) -> <<"shutdown:x">>;
reason(killed) -> <<"killed">>;
%% otp-differences: a call to oneself is a cycle with a path of one.
reason(calling_self) -> <<"cycle">>;
reason(noproc) -> <<"noproc">>;
reason(boom) -> <<"boom">>;
reason({boom, _}) -> <<"boom">>;
reason(Other) -> re:replace(io_lib:format("?~0p", [Other]), "[,|\n]", ";", [global]).

term('shutdown:x') -> {shutdown, x};
term(R) -> R.

%% ---- supervisors

start_sup(Spec) ->
    L = element(2, Spec),
    log([<<"start">>, a(L), i(attempt(L))]),
    start_link_sup(Spec).

%% What supervisor:start_link/2 does, with a priority.
start_link_sup(Spec) -> gen_server:start_link(supervisor, {self, ?MODULE, {sup, Spec}}, ?HIGH).

spec({w, L, Restart, Traps, Significant, Brutal}) ->
    #{id => L, start => {?MODULE, start_worker, [L, Traps]}, restart => Restart, significant => Significant,
      shutdown => case Brutal of true -> brutal_kill; false -> 5000 end};
spec({s, L, Restart, _, _, _, _, Significant, _} = Spec) ->
    #{id => L, start => {?MODULE, start_sup, [Spec]}, restart => Restart, significant => Significant, type => supervisor, shutdown => infinity};
spec({d, L, Restart, _, _, _} = Spec) ->
    #{id => L, start => {?MODULE, start_sup, [Spec]}, restart => Restart, type => supervisor, shutdown => infinity}.

sup_flags({s, L, _, Strategy, Intensity, Period, Auto, _, Children}) ->
    watch_sup(L),
    {#{strategy => Strategy, intensity => Intensity, period => Period, auto_shutdown => Auto}, [spec(C) || C <- Children]};
sup_flags({d, L, _, Intensity, Period, Restart}) ->
    watch_sup(L),
    {#{strategy => simple_one_for_one, intensity => Intensity, period => Period},
     [#{id => any, start => {?MODULE, start_worker, []}, restart => Restart}]}.

watch_sup(layout) -> ok;
watch_sup(L) ->
    ets:insert(book, {{sup, L}}),
    watch(L, ets:lookup_element(book, {attempts, L}, 2)).

%% ---- workers and peers

start_worker(L, Traps) ->
    N = attempt(L),
    gen_server:start_link(?MODULE, {worker, L, N, Traps, outcome(L, N)}, ?HIGH).

init({sup, Spec}) -> {ok, sup_flags(Spec)};
init({worker, L, N, Traps, ok}) ->
    process_flag(trap_exit, Traps),
    watch(L, N),
    log([<<"start">>, a(L), i(N)]),
    {ok, {L, N}};
init({worker, L, N, _, ignore}) ->
    log([<<"ignore">>, a(L), i(N)]),
    ignore;
init({worker, L, N, _, shutdown}) ->
    log([<<"fail">>, a(L), i(N)]),
    {stop, shutdown};
init({worker, L, N, _, boom}) ->
    log([<<"fail">>, a(L), i(N)]),
    error(boom).

handle_call(ping, _, {_, N} = Me) -> {reply, N, Me};
handle_call({die, R}, _, Me) -> die(R, Me);
handle_call({stop, R}, _, Me) -> {stop, term(R), ok, Me}.

handle_cast({do, {die, _, R}}, Me) -> die(R, Me);
handle_cast({do, Step}, Me) ->
    case known(element(3, Step)) of
        none -> log([<<"skip">>]);
        {P, N} -> do(Step, P, N, Me)
    end,
    {noreply, Me}.

handle_info({'EXIT', P, R}, {L, N} = Me) ->
    {From, FromN} = who(P),
    log([<<"got">>, a(L), i(N), <<"exit">>, a(From), i(FromN), reason(R)]),
    {noreply, Me};
handle_info({'DOWN', M, _, _, R}, {L, N} = Me) ->
    {_, From, FromN} = erase({monitor, M}),
    log([<<"got">>, a(L), i(N), <<"down">>, a(From), i(FromN), reason(R)]),
    {noreply, Me}.

terminate(R, {L, N}) -> log([<<"term">>, a(L), i(N), reason(R)]).

die(boom, _) -> error(boom);
die(kill, _) -> exit(self(), kill), receive never -> ok end;
die(R, Me) -> {stop, term(R), Me}.

%% What one does to another, whose last incarnation is P.
do({link, _, _}, P, _, _) ->
    %% otp-differences: link with the dead is an exit signal noproc in Coppice, trapped or not.
    try link(P) catch error:noproc -> exit(self(), noproc) end;
do({unlink, _, _}, P, _, _) -> unlink(P);
do({monitor, _, L}, P, N, _) -> M = erlang:monitor(process, P), put({monitor, M}, {M, L, N});
do({demonitor, _, L}, _, _, _) ->
    [begin erlang:demonitor(M, [flush]), erase(K) end || {{monitor, _} = K, {M, Label, _}} <- get(), Label =:= L];
do({exit, _, _, R}, P, _, _) -> exit(P, term(R));
do({call, _, _, Request}, P, _, Me) ->
    answer(Me, try gen_server:call(P, Request) of ok -> <<"ok">>; N -> i(N) catch exit:{R, _} -> reason(R) end);
do({add, _, _, Child}, P, _, Me) -> ask(Me, fun() -> supervisor:start_child(P, spec(Child)) end);
do({spawn, _, _, L, Traps}, P, _, Me) -> ask(Me, fun() -> supervisor:start_child(P, [L, Traps]) end);
do({terminate, _, _, L}, P, _, Me) -> ask(Me, fun() -> supervisor:terminate_child(P, L) end);
do({restart, _, _, L}, P, _, Me) -> ask(Me, fun() -> supervisor:restart_child(P, L) end);
do({delete, _, _, L}, P, _, Me) -> ask(Me, fun() -> supervisor:delete_child(P, L) end);
do({reap, _, _, L}, P, _, Me) ->
    case known(L) of
        none -> log([<<"skip">>]);
        {Child, _} -> ask(Me, fun() -> supervisor:terminate_child(P, Child) end)
    end.

ask(Me, Request) ->
    answer(Me, try result(Request()) catch exit:{R, _} -> reason(R) end).

answer({L, _}, Result) -> log([<<"res">>, a(L), Result]).

result(ok) -> <<"ok">>;
result({ok, P}) when is_pid(P) -> <<"started">>;
result({ok, undefined}) -> <<"ignored">>;
result({error, {already_started, _}}) -> <<"already_started">>;
result({error, Known}) when Known =:= already_present; Known =:= running; Known =:= restarting; Known =:= not_found -> a(Known);
result({error, _}) -> <<"failed">>.
