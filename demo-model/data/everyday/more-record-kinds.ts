/** More records for the family `extraction`: appointments, hobbies, results and plans. */
import { CITIES, DAYS, PEOPLE } from "../words.ts";
import { clock, isoDate } from "./date-draws.ts";
import type { RecordKind } from "./record-kinds.ts";

export const MORE_RECORD_KINDS: readonly RecordKind[] = [
  {
    id: "meeting",
    draw: (random) => ({
      topic: random.pick(["budget", "hiring", "roadmap", "holiday party", "security"]),
      day: random.pick(DAYS),
      time: clock(random),
      room: random.pick(["Maple", "Birch", "101", "4B"]),
      host: random.pick(PEOPLE),
    }),
    en: [
      "{host} invites you to a meeting about {topic} on {day} at {time} in room {room}.",
      "{topic} meeting, {day} {time}, room {room}, host: {host}",
      "Let's talk {topic} on {day}, {time}. Room {room}. Thanks, {host}",
      "on {day} at {time} we meet in room {room} because of the {topic}. {host} is hosting",
      "Calendar: {day} {time} - {topic} (room {room}, hosted by {host})",
      "room {room} is booked by {host} for {day} at {time}, topic {topic}",
    ],
    zh: [
      "{host} 约大家 {day} {time} 在 {room} 会议室讨论 {topic}。",
      "会议主题 {topic}，时间 {day} {time}，房间 {room}，主持人 {host}。",
    ],
  },
  {
    id: "workout",
    draw: (random) => ({
      activity: random.pick(["running", "cycling", "swimming", "rowing"]),
      distance: random.int(2, 60),
      minutes: random.int(15, 180),
      calories: random.int(100, 1500),
    }),
    en: [
      "{activity} today: {distance} km in {minutes} minutes, {calories} calories burned",
      "I went {activity} for {minutes} minutes, {distance} km, and burned {calories} calories.",
      "{minutes} min of {activity}, distance {distance} km, {calories} kcal",
      "Your {activity} session: distance {distance} km, time {minutes} minutes, calories {calories}.",
      "Burned {calories} calories with {distance} km of {activity} ({minutes} minutes).",
      "did {distance} km {activity}, took me {minutes} minutes. watch says {calories} calories",
    ],
    zh: [
      "今天 {activity} {distance} 公里，用时 {minutes} 分钟，消耗 {calories} 卡。",
      "运动 {activity}，{minutes} 分钟，距离 {distance} 公里，{calories} 卡路里。",
    ],
  },
  {
    id: "song",
    draw: (random) => ({
      title: random.pick(["Blue Lantern", "Slow Rain", "Golden Hour", "Paper Moon"]),
      artist: random.pick(["The Foxes", "Nova", "Lena Park", "Old Harbor"]),
      album: random.pick(["First Light", "Echoes", "Northbound"]),
      year: random.int(1970, 2024),
    }),
    en: [
      "{title} by {artist}, from the album {album} ({year})",
      "{artist} released {title} in {year} on the album {album}.",
      "now playing: {title} - {artist} - {album} - {year}",
      "i love {title}! it's on {album} by {artist}, came out in {year}",
      "The {year} album {album} of {artist} has the song {title} on it.",
      "Song: {title}. Artist: {artist}. Album: {album}. Year: {year}.",
    ],
    zh: [
      "{artist} 的歌曲 {title}，收录在 {year} 年的专辑 {album} 里。",
      "正在播放 {title}，歌手 {artist}，专辑 {album}，{year} 年。",
    ],
  },
  {
    id: "course",
    draw: (random) => ({
      course: random.pick(["Algebra", "Pottery", "Spanish", "First Aid", "Photography"]),
      teacher: random.pick(PEOPLE),
      weeks: random.int(2, 20),
      fee: random.int(2, 60) * 10,
    }),
    en: [
      "{course} with {teacher}, {weeks} weeks, fee {fee} euros",
      "{teacher} teaches {course}. The course lasts {weeks} weeks and costs {fee} euros.",
      "signed up for {course}! {weeks} weeks, {fee} euros, teacher is {teacher}",
      "Course: {course}. Duration: {weeks} weeks. Fee: {fee}. Teacher: {teacher}.",
      "For {fee} euros you can learn {course} from {teacher} in {weeks} weeks.",
      "in {weeks} weeks {teacher} gets you through {course}; the fee is {fee}",
    ],
    zh: [
      "{course} 课程由 {teacher} 讲授，共 {weeks} 周，学费 {fee} 元。",
      "报名了 {teacher} 的 {course} 课，{weeks} 周，{fee} 元。",
    ],
  },
  {
    id: "doctor-appointment",
    draw: (random) => ({
      patient: random.pick(PEOPLE),
      doctor: `Dr. ${random.pick(["Weber", "Khan", "Silva", "Novak"])}`,
      date: isoDate(random),
      time: clock(random),
    }),
    en: [
      "{patient} has an appointment with {doctor} on {date} at {time}.",
      "{doctor}, {date}, {time}, patient {patient}",
      "hello, this is {patient}, i'm seeing {doctor} on {date}, {time}, right?",
      "On {date} at {time} {doctor} sees {patient}.",
      "Reminder for {patient}: your visit to {doctor} is on {date} at {time}.",
      "please move {patient} to {time} on {date} with {doctor}",
    ],
    zh: ["{patient} 预约了 {doctor}，时间 {date} {time}。", "{date} {time}，{doctor} 给 {patient} 看病。"],
  },
  {
    id: "weather-report",
    draw: (random) => ({
      city: random.pick(CITIES),
      temperature: random.int(1, 38),
      condition: random.pick(["sunny", "cloudy", "foggy", "stormy"]),
      humidity: random.int(20, 95),
    }),
    en: [
      "{city}: {temperature} degrees, {condition}, humidity {humidity} percent",
      "It is {condition} in {city} with {temperature} degrees and {humidity}% humidity.",
      "weather in {city} rn: {condition}, {temperature}C, {humidity}% humidity",
      "At {temperature} degrees and a humidity of {humidity}%, {city} has a {condition} day.",
      "Today's report for {city}. Condition: {condition}. Temperature: {temperature}. Humidity: {humidity}.",
      "{condition} skies over {city}, {temperature} degrees, humidity at {humidity} percent",
    ],
    zh: [
      "{city} 今天 {condition}，气温 {temperature} 度，湿度 {humidity}%。",
      "{city}：{temperature} 度，{condition}，湿度百分之 {humidity}。",
    ],
  },
  {
    id: "football-match",
    draw: (random) => {
      const [home, away] = random.some(["Rovers", "United", "Wanderers", "Athletic", "City"], 2) as [string, string];
      return { home, away, homeGoals: random.int(0, 6), awayGoals: random.int(0, 6) };
    },
    en: [
      "{home} played at home against {away}: {homeGoals} to {awayGoals}",
      "{home} - {away} {homeGoals}:{awayGoals}",
      "Final score: {home} {homeGoals}, {away} {awayGoals}. {home} were the hosts.",
      "{away} visited {home} and it ended {homeGoals}:{awayGoals} (home goals first)",
      "home team {home}, away team {away}, home goals {homeGoals}, away goals {awayGoals}",
      "At the stadium of {home} the hosts scored {homeGoals} and guests {away} scored {awayGoals}.",
    ],
    zh: [
      "主队 {home} 对客队 {away}，比分 {homeGoals}:{awayGoals}。",
      "{home} 主场进 {homeGoals} 球，客队 {away} 进 {awayGoals} 球。",
    ],
  },
  {
    id: "phone-plan",
    draw: (random) => ({
      plan: random.pick(["Basic", "Plus", "Max", "Travel"]),
      gigabytes: random.int(1, 100),
      price: random.int(5, 60),
      contractMonths: random.pick([1, 12, 24]),
    }),
    en: [
      "Plan {plan}: {gigabytes} GB for {price} euros, contract {contractMonths} months.",
      "{plan} gives you {gigabytes} gigabytes at {price} a month with a {contractMonths} month contract",
      "i'm on the {plan} plan, {gigabytes} GB, pay {price}, bound for {contractMonths} months",
      "For {price} euros get {gigabytes} GB in our {plan} plan ({contractMonths} months minimum).",
      "contract: {contractMonths} months / plan: {plan} / data: {gigabytes} GB / price: {price}",
      "{gigabytes} GB cost {price} euros with {plan}. The contract runs {contractMonths} months.",
    ],
    zh: [
      "{plan} 套餐：{gigabytes} GB 流量，每月 {price} 元，合约 {contractMonths} 个月。",
      "我用的是 {plan} 套餐，{price} 元 {gigabytes} GB，合约期 {contractMonths} 个月。",
    ],
  },
  {
    id: "laptop",
    draw: (random) => ({
      model: random.pick(["Aero 14", "Slate Pro", "Nimbus X", "Core 13"]),
      memory: random.pick([8, 16, 32, 64]),
      storage: random.pick([256, 512, 1024]),
      price: random.int(4, 30) * 100,
    }),
    en: [
      "{model}: {memory} GB memory, {storage} GB storage, {price} dollars",
      "The {model} has {memory} GB of memory and a {storage} GB disk for storage, price {price}.",
      "thinking about the {model}, {memory} gigs of memory, {storage} storage, costs {price}",
      "For {price} dollars you get a {model} with {memory} GB memory and {storage} GB storage.",
      "model {model} / memory {memory} / storage {storage} / price {price}",
      "{storage} GB of storage, {memory} GB of memory, that's the {model} at {price} dollars",
    ],
    zh: [
      "{model} 笔记本：内存 {memory} GB，存储 {storage} GB，价格 {price} 元。",
      "价格 {price} 的 {model}，{memory} GB 内存，{storage} GB 硬盘。",
    ],
  },
  {
    id: "bank-transfer",
    draw: (random) => {
      const [from, to] = random.some(PEOPLE, 2) as [string, string];
      return {
        from,
        to,
        amount: random.int(5, 3000),
        date: isoDate(random),
        reason: random.pick(["rent", "gift", "tickets", "dinner"]),
      };
    },
    en: [
      "{from} sent {amount} euros to {to} on {date} for {reason}.",
      "transfer: from {from} to {to}, amount {amount}, date {date}, reason {reason}",
      "On {date} {to} received {amount} from {from} ({reason}).",
      "{to} got {amount} euros from {from}, {date}, subject: {reason}",
      "hey {to}, i just transferred {amount} for the {reason}. {from}, {date}",
      "Amount of {amount} paid by {from} to {to} on {date}. Reason: {reason}.",
    ],
    zh: [
      "{from} 在 {date} 给 {to} 转账 {amount} 元，用途 {reason}。",
      "{date}，{to} 收到 {from} 转来的 {amount} 元（{reason}）。",
    ],
  },
  {
    id: "restaurant-review",
    draw: (random) => ({
      restaurant: random.pick(["Casa Verde", "The Oak", "Noodle Bar", "Chez Marie"]),
      stars: random.int(1, 5),
      dish: random.pick(["ramen", "paella", "risotto", "onion soup"]),
      reviewer: random.pick(PEOPLE),
      recommended: random.chance(0.5),
    }),
    en: [
      "{reviewer} gives {restaurant} {stars} stars for the {dish} and {recommended?recommends it|does not recommend it}.",
      "{restaurant}, {stars} stars. Had the {dish}. {recommended?Would recommend|Would not recommend}. - {reviewer}",
      "review by {reviewer}: {restaurant}, dish {dish}, {stars} stars, recommended {recommended?yes|no}",
      "My {dish} at {restaurant} was worth {stars} stars. {recommended?I recommend the place|I can't recommend the place}. {reviewer}",
      "{stars} out of 5 stars for {restaurant}, writes {reviewer}, who ate {dish} and {recommended?recommends|advises against} it",
      "ate {dish} at {restaurant}... {stars} stars, {recommended?recommended|not recommended}, signed {reviewer}",
    ],
    zh: [
      "{reviewer} 给 {restaurant} 的 {dish} 打了 {stars} 星，{recommended?推荐|不推荐}。",
      "在 {restaurant} 吃了 {dish}，{stars} 星，{recommended?推荐大家去|不推荐大家去}。{reviewer}",
    ],
  },
  {
    id: "support-ticket",
    draw: (random) => ({
      ticket: random.int(100, 9999),
      customer: random.pick(PEOPLE),
      problem: random.pick(["login", "payment", "shipping", "broken screen"]),
      priority: random.pick(["low", "medium", "high"]),
      resolved: random.chance(0.5),
    }),
    en: [
      "Ticket {ticket} from {customer}: {problem}, priority {priority}, {resolved?resolved|not resolved}.",
      "{customer} opened ticket {ticket} about {problem}. Priority is {priority}. {resolved?It has been resolved|It is still open}.",
      "#{ticket} {customer} / {problem} / {priority} / {resolved?resolved|unresolved}",
      "a {priority} priority ticket ({ticket}): {customer} has a problem with {problem}, {resolved?solved already|not solved yet}",
      "problem: {problem}. customer: {customer}. ticket: {ticket}. priority: {priority}. resolved: {resolved?yes|no}.",
      "{resolved?We resolved|We have not resolved} ticket {ticket} ({priority} priority), {customer} wrote about {problem}.",
    ],
    zh: [
      "工单 {ticket}：客户 {customer}，问题 {problem}，优先级 {priority}，{resolved?已解决|未解决}。",
      "{customer} 提交了关于 {problem} 的工单 {ticket}，优先级 {priority}，{resolved?已经处理好了|还没有处理好}。",
    ],
  },
  {
    id: "house-plant",
    draw: (random) => ({
      plant: random.pick(["monstera", "aloe", "fern", "orchid", "ficus"]),
      height: random.int(10, 180),
      waterEveryDays: random.int(2, 21),
      spot: random.pick(["window", "bathroom", "balcony", "shelf"]),
    }),
    en: [
      "The {plant} is {height} cm tall, stands at the {spot} and needs water every {waterEveryDays} days.",
      "{plant} ({height} cm), {spot}, water every {waterEveryDays} days",
      "water the {plant} on the {spot} every {waterEveryDays} days please, it's {height} cm now",
      "Every {waterEveryDays} days: water for the {plant}. Height: {height} cm. Spot: {spot}.",
      "my {plant} has grown to {height} cm. spot: {spot}. i water it every {waterEveryDays} days",
      "A {plant} of {height} centimeters likes the {spot} and a drink every {waterEveryDays} days.",
    ],
    zh: [
      "{plant} 高 {height} 厘米，放在 {spot}，每 {waterEveryDays} 天浇一次水。",
      "放在 {spot} 的 {plant} 每 {waterEveryDays} 天浇水，高度 {height} 厘米。",
    ],
  },
  {
    id: "museum",
    draw: (random) => ({
      museum: random.pick(["City Museum", "Museum of Glass", "Rail Museum", "Toy Museum"]),
      opens: clock(random),
      ticketPrice: random.int(3, 30),
      closedOn: random.pick(DAYS),
    }),
    en: [
      "{museum} opens at {opens}, a ticket is {ticketPrice} euros, closed on {closedOn}.",
      "{museum}: from {opens}, {ticketPrice} euros, {closedOn} closed",
      "The {museum} is closed on {closedOn}. On other days it opens at {opens}; tickets cost {ticketPrice}.",
      "let's go to the {museum}, {ticketPrice} euros a ticket, opens {opens}, just not on {closedOn} bc it's closed then",
      "Ticket price {ticketPrice}, opening time {opens}, closed on {closedOn}: {museum}.",
      "never on {closedOn}, otherwise from {opens}, entry {ticketPrice} euros - {museum}",
    ],
    zh: [
      "{museum} {opens} 开门，票价 {ticketPrice} 元，{closedOn} 闭馆。",
      "{museum} 门票 {ticketPrice} 元，每天 {opens} 开放，{closedOn} 不开。",
    ],
  },
];
